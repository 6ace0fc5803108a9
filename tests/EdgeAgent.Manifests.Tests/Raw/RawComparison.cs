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
    private readonly Dictionary<IPAddress, (IpAddress Address, RawEndpoint? Host, HostPolicy? Policy)> _ends = [];

    private RawComparison(EngineState state, RawOracle oracle, IReadOnlyList<JsonObject> documents) => (_state, _oracle, _hasNames) = (state, oracle, documents.Any(GrantsByName));

    /// <summary>How many flows were looked at that pass, and how many that do not.</summary>
    public (int Allowed, int Denied) Seen { get; private set; }

    /// <summary>How many halves were at hosts that routes or Sidecars close: those that these leave open, and others.</summary>
    public (int Passed, int Closed) Derived => _oracle.Derived;

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
        Seen = expected ? (Seen.Allowed + 1, Seen.Denied) : (Seen.Allowed, Seen.Denied + 1);
        var (source, destination) = (EndAt(flow.Source), EndAt(flow.Destination));
        var packet = new Packet(Direction.Outbound, source.Address, destination.Address, new((byte)flow.Protocol), (ushort)flow.Port)
        {
            SourcePort = (ushort)flow.SourcePort,
            IcmpType = (byte)flow.IcmpType,
            IcmpCode = (byte)flow.IcmpCode,
        };
        var decided = PolicyEngine.Decide(_state, new($"{source.Address}", $"{destination.Address}", packet.Protocol, packet.Port) { SourcePort = packet.SourcePort, IcmpType = packet.IcmpType, IcmpCode = packet.IcmpCode }).Allowed;
        // Within a host nothing is enforced.
        var isWithin = ReferenceEquals(source.Host, destination.Host);
        var sent = isWithin || source.Policy is null ? expected : HostPolicyEvaluator.Allows(source.Policy, packet);
        var received = isWithin || destination.Policy is null ? expected : HostPolicyEvaluator.Allows(destination.Policy, packet with { Direction = Direction.Inbound, Self = packet.Peer, Peer = packet.Self });
        // What a name grants at one end, the other cannot know, and leaves to it.
        var isSame = _hasNames ? (sent && received) == expected && (egress || !sent) && (ingress || !received) : sent == expected && received == expected;
        return decided == expected && isSame ? null : Text(("decided", decided), ("at the source", sent), ("at the destination", received));

        string Text(params (string Where, bool Allowed)[] found) =>
            $"{flow}: the documents say egress {Word(egress)}, ingress {Word(ingress)}; {string.Join(", ", found.Select(one => $"{one.Where} {Word(one.Allowed)}"))}";
    }

    private static bool GrantsByName(JsonObject document) =>
        (string?)document["spec"]?["resolution"] == "DNS" || ((string?)document["kind"] == "EgressRule" && !((string)document["spec"]!["destination"]!["service"]!).Contains('/', StringComparison.Ordinal));

    private static string Word(bool allowed) => allowed ? "allow" : "deny";

    private (IpAddress Address, RawEndpoint? Host, HostPolicy? Policy) EndAt(IPAddress address)
    {
        if (!_ends.TryGetValue(address, out var end))
        {
            var host = _oracle.World.HostAt(address);
            var policy = host is null ? null : _state.PolicyOf(new ResourceKey(host.Kind, host.Namespace ?? "", host.Name)) ?? throw new InvalidOperationException($"{host.Name} has no policy");
            // No name has an address here.
            policy = policy?.With(ResolvedNames.None);
            _ends[address] = end = (IpAddress.Parse(address.ToString()), host, policy);
        }

        return end;
    }
}
