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
    private readonly Dictionary<IPAddress, (IpAddress Address, RawEndpoint? Host, RawEndpoint? Machine, HostPolicy? Policy)> _ends = [];

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
        var packet = PacketOf(flow, source.Address, destination.Address);
        var decided = PolicyEngine.Decide(_state, new($"{source.Address}", $"{destination.Address}", packet.Protocol, packet.Port) { SourcePort = packet.SourcePort, IcmpType = packet.IcmpType, IcmpCode = packet.IcmpCode }).Allowed;
        // Each end enforces its own half, and the other's unless that lets denied traffic pass, or is left to it.
        var (mayLeave, mayArrive) = (source.Machine is null || _oracle.HalfAtInterface(source.Machine, flow, RawSide.Egress), destination.Machine is null || _oracle.HalfAtInterface(destination.Machine, flow, RawSide.Ingress));
        // An endpoint that is about some interfaces is not there on others.
        var mayBeSent = mayLeave && (ingress || !Holds(source.Host, source.Machine, flow.LeavesBy) || destination.Machine is { Binds: false } || (source.Host is { } sender && _oracle.LeavesToDestination(sender)));
        var mayBeTaken = mayArrive && (egress || !Holds(destination.Host, destination.Machine, flow.ArrivesAt) || source.Machine is { Binds: false });
        // Within a machine nothing is enforced.
        var isWithin = ReferenceEquals(source.Machine, destination.Machine);
        var sending = isWithin || source.Policy is null ? null : HostPolicyEvaluator.Decide(source.Policy, packet with { Interface = flow.LeavesBy });
        var taking = isWithin || destination.Policy is null ? null : HostPolicyEvaluator.Decide(destination.Policy, packet with { Direction = Direction.Inbound, Self = packet.Peer, Peer = packet.Self, Interface = flow.ArrivesAt });
        var (sent, taken) = (sending?.Allowed ?? mayBeSent, taking?.Allowed ?? mayBeTaken);
        _seen += new RawTally(expected ? 1 : 0, expected ? 0 : 1, 0, 0, (sent && !expected ? 1 : 0) + (taken && !expected ? 1 : 0), 0);
        // What a name grants at one end, the other cannot know, and leaves to it.
        var isSame = _hasNames ? (sent && taken) == (mayBeSent && mayBeTaken) && (mayLeave || !sent) && (mayArrive || !taken) : sent == mayBeSent && taken == mayBeTaken;
        if (decided != expected || !isSame)
            return $"{flow}: the documents say egress {Word(egress)}, ingress {Word(ingress)}, so {Word(mayBeSent)} at the source alone and {Word(mayBeTaken)} at the destination alone; found {Word(decided)}, {Word(sent)} and {Word(taken)}";
        return Unsaid(flow, RawSide.Egress, sending) ?? Unsaid(flow, RawSide.Ingress, taking);
    }

    private bool Holds(RawEndpoint? host, RawEndpoint? machine, string name) => machine is null || _oracle.Machines.On(machine, name).Contains(host!);

    /// <summary>What differs of a flow that only passes through a machine; null where nothing does.</summary>
    public string? Difference(RawFlow flow, string machine, string arriving, string leaving)
    {
        if (_oracle.Machines.All.FirstOrDefault(one => one.Name == machine) is not { } through)
            return null;
        var expected = _oracle.Forwards(through, flow, arriving, leaving);
        var packet = PacketOf(flow, EndAt(flow.Source).Address, EndAt(flow.Destination).Address).Forwarded(arriving, leaving);
        _seen += new RawTally(0, 0, 0, 0, 0, 0) { Forwarded = expected ? 1 : 0, Kept = expected ? 0 : 1 };
        return HostPolicyEvaluator.Allows(PolicyOf(through), packet) == expected ? null : $"{flow} through {machine} from {arriving} to {leaving}: the documents say {Word(expected)}, found {Word(!expected)}";
    }

    /// <summary>What an audited policy would deny, and an end that allows it does not log; null for nothing.</summary>
    private string? Unsaid(RawFlow flow, RawSide side, HostPolicyDecision? decision)
    {
        if (decision is not { Allowed: true })
            return null;
        var (host, machine) = EndAt(flow.SelfOf(side)) is var end ? (end.Host!, end.Machine!) : default;
        if (!_oracle.Machines.On(machine, flow.InterfaceOf(side)).Contains(host))
            return null;
        var audited = _oracle.WouldDeny(flow, side).ToList();
        _seen += new RawTally(0, 0, 0, 0, 0, audited.Count);
        var unsaid = audited.Find(policy => !decision.Logged.Any(reference => (reference.Kind, reference.Namespace, reference.Name) == (policy.Kind, policy.Namespace, policy.Name)));
        return unsaid is null ? null : $"{flow}: {side} does not log that {unsaid.Kind} {unsaid.Namespace}/{unsaid.Name} would deny it";
    }

    private static Packet PacketOf(RawFlow flow, IpAddress source, IpAddress destination) => new(Direction.Outbound, source, destination, new((byte)flow.Protocol), (ushort)flow.Port)
    {
        SourcePort = (ushort)flow.SourcePort,
        IcmpType = (byte)flow.IcmpType,
        IcmpCode = (byte)flow.IcmpCode,
    };

    private static bool GrantsByName(JsonObject document) =>
        (string?)document["spec"]?["resolution"] == "DNS" || new[] { "from", "to" }.SelectMany(end => (document["spec"] as JsonObject)?[end] as JsonArray ?? []).Any(peer => peer!["domains"] is not null) || ((string?)document["kind"] == "EgressRule" && !((string)document["spec"]!["destination"]!["service"]!).Contains('/', StringComparison.Ordinal));

    private static string Word(bool allowed) => allowed ? "allow" : "deny";

    private (IpAddress Address, RawEndpoint? Host, RawEndpoint? Machine, HostPolicy? Policy) EndAt(IPAddress address)
    {
        if (!_ends.TryGetValue(address, out var end))
        {
            var host = _oracle.World.HostAt(address);
            var machine = host is null ? null : _oracle.Machines.Of(host);
            _ends[address] = end = (IpAddress.Parse(address.ToString()), host, machine, machine is null ? null : PolicyOf(machine));
        }

        return end;
    }

    private HostPolicy PolicyOf(RawEndpoint machine)
    {
        var policy = _state.PolicyOf(new ResourceKey(machine.Kind, machine.Namespace ?? "", machine.Name)) ?? throw new InvalidOperationException($"{machine.Name} has no policy");
        if ($"{policy.Mode}" != machine.Mode)
            throw new InvalidOperationException($"{machine.Name} has mode {policy.Mode}, not {machine.Mode}");
        // No name has an address here.
        return policy.With(ResolvedNames.None);
    }
}
