using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Packets at the borders of everything that a host policy names: addresses, ports, protocols, ICMP types.</summary>
public sealed class HostPolicyPackets
{
    private readonly Random _random;
    private readonly IpAddress[] _peers;
    private readonly IpAddress[] _own;
    private readonly ushort[] _ports;
    private readonly ushort[] _sourcePorts;
    private readonly IpProtocol[] _protocols;
    private readonly byte[] _icmp;
    private readonly bool _forwards;
    private readonly string[] _interfaces;

    /// <summary>Collects the borders of one or more policies.</summary>
    public HostPolicyPackets(Random random, params HostPolicy[] policies)
    {
        _random = random;
        var rules = policies.SelectMany(policy => policy.AllStages()).SelectMany(stage => stage.Branches).SelectMany(branch => branch.Blocks).SelectMany(block => block.Rules).ToList();
        var members = policies.SelectMany(policy => policy.PortSets.Values).SelectMany(set => set.Members).ToList();
        _forwards = policies.Any(policy => policy.ForwardIn.Count + policy.ForwardOut.Count > 0);
        _interfaces = [.. policies.SelectMany(policy => policy.AllStages()).Select(stage => stage.Interface).OfType<InterfaceMatch>().SelectMany(match => match.Except.Append(match.Name ?? "eth0")).Append("eth0").Distinct()];
        _peers = [.. policies.SelectMany(policy => policy.Sets.Values).SelectMany(set => set.Prefixes).SelectMany(Borders).Concat(members.Select(member => member.Address)).Append(IpAddress.Parse("192.0.2.1")).Append(IpAddress.Parse("2001:db8::1")).Distinct()];
        _own = [.. rules.SelectMany(rule => rule.SelfAnyOf.Concat(rule.SelfNoneOf)).SelectMany(Borders).Append(IpAddress.Parse("10.0.0.6")).Append(IpAddress.Parse("fd00::6")).Distinct()];
        _ports = [.. rules.SelectMany(rule => rule.Ports).SelectMany(Borders).Concat(members.Select(member => member.Port)).Append((ushort)0).Append(ushort.MaxValue).Append((ushort)40_000).Distinct()];
        _sourcePorts = [.. rules.SelectMany(rule => rule.SourcePorts).SelectMany(Borders).Append((ushort)40_000).Distinct()];
        _protocols = [.. rules.Select(rule => rule.Protocol?.Protocol).OfType<IpProtocol>().Concat([IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp, IpProtocol.IcmpV6, new(50)]).Distinct()];
        _icmp = [.. rules.Select(rule => rule.Icmp).OfType<IcmpMatch>().SelectMany(icmp => new[] { icmp.Type, icmp.Code ?? 0 }).SelectMany(number => new[] { number, (byte)(number + 1) }).Append((byte)8).Distinct()];
    }

    /// <summary>So many packets, drawn at random from all combinations.</summary>
    public IEnumerable<Packet> Take(int count)
    {
        while (count > 0)
        {
            var peer = Pick(_peers);
            var own = Pick(_own);
            if (own.Family != peer.Family)
                continue;
            count--;
            var packet = new Packet(Pick([Direction.Inbound, Direction.Outbound]), own, peer, Pick(_protocols), Pick(_ports))
            {
                SourcePort = Pick(_sourcePorts),
                IcmpType = Pick(_icmp),
                IcmpCode = Pick(_icmp),
                Interface = Pick(_interfaces),
            };
            yield return _forwards && _random.Next(2) == 0 ? packet.Forwarded(Pick(_interfaces), Pick(_interfaces)) : packet;
        }
    }

    private static IEnumerable<IpAddress> Borders(Cidr block)
    {
        yield return block.Network;
        yield return block.Last;
        if (block.Network.Bits > 0)
            yield return block.Network with { Bits = block.Network.Bits - 1 };
        if (block.Last.Bits < Cidr.All(block.Family).Last.Bits)
            yield return block.Last with { Bits = block.Last.Bits + 1 };
    }

    private static IEnumerable<ushort> Borders(PortRange ports) =>
        [ports.First, ports.Last, (ushort)Math.Max(ports.First - 1, 0), (ushort)Math.Min(ports.Last + 1, ushort.MaxValue)];

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
