using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;
using EdgeAgent.Testing;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>What the documents say themselves, beside what the product makes of their text: its answer, and what each end would enforce.</summary>
internal sealed class RawComparison
{
    private readonly EngineState _state;
    private readonly RawOracle _oracle;
    private readonly bool _hasNames;
    private RawTally _seen;
    private readonly Dictionary<IPAddress, (IpAddress Address, RawEndpoint? Host, HostPolicy? Policy)> _ends = [];

    private RawComparison(EngineState state, RawOracle oracle, IReadOnlyList<JsonObject> documents) => (_state, _oracle, _hasNames) = (state, oracle, documents.Any(GrantsByName));

    /// <summary>What the flows showed that were looked at.</summary>
    public RawTally Seen => _seen with { Passed = _oracle.Derived.Passed, Closed = _oracle.Derived.Closed };

    /// <summary>Reads a text; null and the errors where it is refused.</summary>
    public static RawComparison? Of(string text, IReadOnlyList<JsonObject> documents, out string errors)
    {
        var set = ManifestReader.Read([new("world.yaml", Encoding.UTF8.GetBytes(text))]);
        var result = set.HasErrors ? null : PolicyEngine.Apply(EngineState.Empty, Change.Of([.. set.Resources.Select(resource => resource.Model)]));
        errors = string.Join('\n', (result?.Diagnostics ?? set.Diagnostics).Where(diagnostic => diagnostic.Severity == Severity.Error));
        return result is { Accepted: true } ? new(result.State, new([.. documents.Select(document => (JsonObject)JsonNode.Parse(document.ToJsonString())!)]), documents) : null;
    }

    /// <summary>What differs of a flow; null where nothing does.</summary>
    public string? Difference(RawFlow flow)
    {
        var (egress, ingress) = (_oracle.Half(flow, RawSide.Egress), _oracle.Half(flow, RawSide.Ingress));
        var expected = egress && ingress;
        var (source, destination) = (EndAt(flow.Source), EndAt(flow.Destination));
        var packet = new Packet(Direction.Outbound, source.Address, destination.Address, new((byte)flow.Protocol), (ushort)flow.Port)
        {
            SourcePort = (ushort)flow.SourcePort,
            IcmpType = (byte)flow.IcmpType,
            IcmpCode = (byte)flow.IcmpCode,
        };
        var decided = PolicyEngine.Decide(_state, new($"{source.Address}", $"{destination.Address}", packet.Protocol, packet.Port) { SourcePort = packet.SourcePort, IcmpType = packet.IcmpType, IcmpCode = packet.IcmpCode }).Allowed;
        // Each end enforces its own half, and the other's unless that lets denied traffic pass, or is left to it.
        var mayBeSent = egress && (ingress || destination.Host is { Binds: false } || (source.Host is { } sender && _oracle.LeavesToDestination(sender)));
        var mayBeTaken = ingress && (egress || source.Host is { Binds: false });
        // Within a host nothing is enforced.
        var isWithin = ReferenceEquals(source.Host, destination.Host);
        var sending = isWithin || source.Policy is null ? null : HostPolicyEvaluator.Decide(source.Policy, packet);
        var taking = isWithin || destination.Policy is null ? null : HostPolicyEvaluator.Decide(destination.Policy, packet with { Direction = Direction.Inbound, Self = packet.Peer, Peer = packet.Self });
        var (sent, taken) = (sending?.Allowed ?? mayBeSent, taking?.Allowed ?? mayBeTaken);
        _seen += new RawTally(expected ? 1 : 0, expected ? 0 : 1, 0, 0, (sent && !expected ? 1 : 0) + (taken && !expected ? 1 : 0), 0);
        // What a name grants at one end, the other cannot know, and leaves to it.
        var isSame = _hasNames ? (sent && taken) == (mayBeSent && mayBeTaken) && (egress || !sent) && (ingress || !taken) : sent == mayBeSent && taken == mayBeTaken;
        if (decided != expected || !isSame)
            return $"{flow}: the documents say egress {Word(egress)}, ingress {Word(ingress)}, so {Word(mayBeSent)} at the source alone and {Word(mayBeTaken)} at the destination alone; found {Word(decided)}, {Word(sent)} and {Word(taken)}";
        return Unsaid(flow, RawSide.Egress, sending) ?? Unsaid(flow, RawSide.Ingress, taking);
    }

    /// <summary>What an audited policy would deny, and an end that allows it does not log; null for nothing.</summary>
    private string? Unsaid(RawFlow flow, RawSide side, HostPolicyDecision? decision)
    {
        if (decision is not { Allowed: true })
            return null;
        var audited = _oracle.WouldDeny(flow, side).ToList();
        _seen += new RawTally(0, 0, 0, 0, 0, audited.Count);
        var unsaid = audited.Find(policy => !decision.Logged.Any(reference => (reference.Kind, reference.Namespace, reference.Name) == (policy.Kind, policy.Namespace, policy.Name)));
        return unsaid is null ? null : $"{flow}: {side} does not log that {unsaid.Kind} {unsaid.Namespace}/{unsaid.Name} would deny it";
    }

    private static bool GrantsByName(JsonObject document) =>
        (string?)document["spec"]?["resolution"] == "DNS" || new[] { "from", "to" }.SelectMany(end => (document["spec"] as JsonObject)?[end] as JsonArray ?? []).Any(peer => peer!["domains"] is not null) || ((string?)document["kind"] == "EgressRule" && !((string)document["spec"]!["destination"]!["service"]!).Contains('/', StringComparison.Ordinal));

    private static string Word(bool allowed) => allowed ? "allow" : "deny";

    private (IpAddress Address, RawEndpoint? Host, HostPolicy? Policy) EndAt(IPAddress address)
    {
        if (!_ends.TryGetValue(address, out var end))
        {
            var host = _oracle.World.HostAt(address);
            var policy = host is null ? null : _state.PolicyOf(new ResourceKey(host.Kind, host.Namespace ?? "", host.Name)) ?? throw new InvalidOperationException($"{host.Name} has no policy");
            if (policy is not null && $"{policy.Mode}" != host!.Mode)
                throw new InvalidOperationException($"{host.Name} has mode {policy.Mode}, not {host.Mode}");
            // No name has an address here.
            policy = policy?.With(ResolvedNames.None);
            _ends[address] = end = (IpAddress.Parse(address.ToString()), host, policy);
        }

        return end;
    }
}
