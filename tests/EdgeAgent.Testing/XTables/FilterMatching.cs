using System.Buffers.Binary;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>Whether a rule's header and matches hold for a packet; what the kernel would refuse to load is an error.</summary>
internal static class FilterMatching
{
    public static bool Holds(XTablesRuleset ruleset, FilterRule rule, KernelPacket packet) =>
        Holds(rule.Header, packet) && rule.Matches.All(match => Holds(ruleset, rule.Header, match, packet));

    private static bool Holds(FilterHeader header, KernelPacket packet) =>
        (header.Protocol is not { } protocol || protocol == packet.Protocol)
        && (header.Source is not { } source || source.Contains(packet.Source))
        && (header.Destination is not { } destination || destination.Contains(packet.Destination))
        && header.InputInterface.Matches(packet.InputInterfaceName)
        && header.OutputInterface.Matches(packet.OutputInterfaceName);

    private static bool Holds(XTablesRuleset ruleset, FilterHeader header, FilterMatch match, KernelPacket packet)
    {
        var transport = packet.Transport.AsSpan();
        switch (match)
        {
            case StateMatch state:
                return (state.States & packet.State) != 0;
            case MarkMatch mark:
                return (packet.ConnectionMark & mark.Bit) != 0;
            case RateMatch:
                return true;
            case PortMatch ports:
                if (header.Protocol is not { HasPorts: true })
                    throw new InvalidRulesetException("multiport without a protocol that has ports");
                if (ports.Ports.Sum(range => range.First == range.Last ? 1 : 2) is 0 or > PortMatch.Slots)
                    throw new InvalidRulesetException($"multiport with {ports.Ports.Count} ranges");
                var port = BinaryPrimitives.ReadUInt16BigEndian(transport[(ports.Source ? 0 : 2)..]);
                return ports.Ports.Any(range => range.Contains(port));
            case IcmpTypeMatch icmp:
                var family = packet.Source.Family;
                if (header.Protocol != (family == IpFamily.V4 ? IpProtocol.Icmp : IpProtocol.IcmpV6))
                    throw new InvalidRulesetException("an ICMP type without its protocol");
                return (family == IpFamily.V4 && icmp.Type == 255) || (icmp.Type == transport[0] && icmp.FirstCode <= transport[1] && transport[1] <= icmp.LastCode);
            case SetMatch look:
                return Contains(ruleset, look.Set, look.Source ? packet.Source : packet.Destination) != look.Inverted;
            default:
                throw new InvalidRulesetException($"unknown match {match}");
        }
    }

    private static bool Contains(XTablesRuleset ruleset, string name, IpAddress address)
    {
        if (!ruleset.Sets.TryGetValue(name, out var set) || set.Schema.KeyLength != address.Bytes)
            throw new InvalidRulesetException($"there is no set {name} for {address}");
        Span<byte> key = stackalloc byte[address.Bytes];
        address.WriteTo(key);
        return set.Elements.IndexOf(key) >= 0;
    }
}
