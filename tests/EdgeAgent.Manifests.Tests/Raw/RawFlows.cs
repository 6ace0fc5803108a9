using System.Net;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Flows at the edges of what made-up documents name.</summary>
/// <param name="dice">The dice.</param>
/// <param name="world">The world.</param>
/// <param name="traffic">What they are made of.</param>
internal sealed class RawFlows(DocumentDice dice, RawWorld world, RawTraffic traffic)
{
    private static readonly string[] Strangers = ["10.0.0.127", "10.0.1.200", "192.0.2.1", "203.0.113.9", "fd00::7f", "fd00::1:99", "2001:db8::1", "2600::1"];

    private readonly bool _hasInterfaces = world.Endpoints.Exists(endpoint => endpoint.Interface is not null);
    private readonly List<IPAddress> _own = [.. world.Endpoints.Where(endpoint => endpoint.IsPoliced).SelectMany(endpoint => endpoint.Addresses)];

    /// <summary>Some flows between hosts, and between hosts and others.</summary>
    public IEnumerable<RawFlow> Some(int count)
    {
        var others = world.Endpoints.Where(endpoint => endpoint.IsWorkload).SelectMany(endpoint => endpoint.Addresses).Concat(_own).Concat(Strangers.Select(IPAddress.Parse)).ToList();
        for (var i = 0; i < count; i++)
        {
            var one = dice.Pick(_own);
            var other = dice.Rarely(2) ? dice.Pick(_own) : dice.Pick(others);
            if (one.AddressFamily != other.AddressFamily)
                continue;
            var flow = dice.Rarely(2) ? Between(one, other) : Between(other, one);
            yield return _hasInterfaces ? flow with { LeavesBy = dice.Pick(RawFlow.Interfaces), ArrivesAt = dice.Pick(RawFlow.Interfaces) } : flow;
        }
    }

    /// <summary>Some flows that only pass through a machine.</summary>
    public IEnumerable<(RawFlow Flow, string Machine, string Arriving, string Leaving)> Through(int count)
    {
        var machines = new RawMachines(world);
        foreach (var flow in Some(count))
        {
            var machine = dice.Pick([.. machines.All]);
            if (new[] { flow.Source, flow.Destination }.All(address => world.HostAt(address) is not { } host || machines.Of(host) != machine))
                yield return (flow, machine.Name, dice.Pick(RawFlow.Interfaces), dice.Pick(RawFlow.Interfaces));
        }
    }

    private RawFlow Between(IPAddress source, IPAddress destination)
    {
        var flow = new RawFlow(source, destination, dice.Pick(traffic.Protocols));
        return flow.Protocol switch
        {
            RawFlow.Icmp => flow with { Protocol = flow.IsV6 ? RawFlow.IcmpV6 : RawFlow.Icmp, IcmpType = dice.Pick(0, 3, 8, 128), IcmpCode = dice.Pick(0, 0, 1) },
            47 => flow,
            _ => flow with { Port = Port(), SourcePort = dice.Rarely(3) ? Port() : 40_000 },
        };
    }

    private int Port() => Math.Clamp(dice.Pick(traffic.Ports) + (dice.Rarely(3) ? dice.Pick(-1, 1) : 0), 1, 65535);
}
