using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>What the flows of two states differ by is what their resources say differently of flows between any two addresses.</summary>
public sealed class FlowProperty
{
    private static readonly IpAddress[] Strangers =
        [.. new[] { "10.0.0.250", "10.0.1.200", "192.0.2.7", "203.0.113.9", "fd00::ffff", "fd00::1:ffff", "2001:db8::1", "2001:4860::1" }.Select(IpAddress.Parse)];

    private readonly (EngineState State, PolicyOracle Oracle) _before;
    private readonly (EngineState State, PolicyOracle Oracle) _after;
    private readonly Random _random;
    private readonly ChangedFlows _flows;

    /// <param name="before">The one state.</param>
    /// <param name="after">The other.</param>
    /// <param name="random">Chooses packets.</param>
    public FlowProperty(EngineState before, EngineState after, Random random)
    {
        _before = (before, PolicyOracle.Of(before));
        _after = (after, PolicyOracle.Of(after));
        _random = random;
        _flows = ChangedFlows.Between(before, after);
    }

    /// <summary>How many packets were looked at whose verdict differs.</summary>
    public int Different { get; private set; }

    /// <summary>Looks at packets between known addresses and some others.</summary>
    /// <param name="packets">How many.</param>
    /// <exception cref="PropertyFailedException">It does not hold.</exception>
    public void Check(int packets)
    {
        var addresses = new[] { _before.State, _after.State }
            .SelectMany(state => state.Resources.Values.OfType<EndpointResource>())
            .SelectMany(endpoint => endpoint.Addresses.Items)
            .SelectMany(block => new[] { block.Network, block.Last })
            .Concat(Strangers)
            .Distinct()
            .ToList();
        var pairs = (from source in addresses
                     from destination in addresses
                     where source.Family == destination.Family && !IsOneHost(source, destination)
                     select (source, destination)).ToList();
        for (var i = 0; i < packets && pairs.Count > 0; i++)
        {
            var (source, destination) = pairs[_random.Next(pairs.Count)];
            var all = BoundaryPackets.Between(source, destination).ToList();
            Check(all[_random.Next(all.Count)]);
        }
    }

    private void Check(Packet packet)
    {
        var (before, after) = (_before.Oracle.Allows(packet), _after.Oracle.Allows(packet));
        Different += before == after ? 0 : 1;
        var (from, to) = (_flows.GroupOf(packet.Self)!, _flows.GroupOf(packet.Peer)!);
        var (first, second) = packet.Protocol.HasIcmpType ? (packet.IcmpType, packet.IcmpCode) : (packet.Port, packet.SourcePort);
        var found = _flows.Changes
            .Where(change => change.Sources.Contains(from) && change.Destinations.Contains(to))
            .Where(change => change.Family is not { } family || family == packet.Self.Family)
            .Where(change => change.Traffic.Contains(packet.Protocol, first, second))
            .Select(change => change.IsAllowed)
            .ToList();
        PropertyFailedException.Unless(
            found.SequenceEqual(before == after ? [] : [after]),
            () => $"{packet} from {from} to {to}: {Word(before)} before, {Word(after)} after, but found [{string.Join(", ", found.Select(Word))}]");
    }

    private static string Word(bool allowed) => allowed ? "allowed" : "denied";

    /// <summary>Whether two addresses are one host's wherever they are hosts' at all, so that there is no flow between them.</summary>
    private bool IsOneHost(IpAddress left, IpAddress right)
    {
        var before = (Holder(_before.Oracle, left), Holder(_before.Oracle, right));
        var after = (Holder(_after.Oracle, left), Holder(_after.Oracle, right));
        return left == right || (before.Item1 == before.Item2 && after.Item1 == after.Item2 && (before.Item1 ?? after.Item1) is not null);
    }

    private static ResourceKey? Holder(PolicyOracle oracle, IpAddress address) =>
        oracle.Hosts.FirstOrDefault(host => host.Addresses.Items.Contains(Cidr.Single(address)))?.Key;
}
