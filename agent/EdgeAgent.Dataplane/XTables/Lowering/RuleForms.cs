using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Writes conditions as rules: several where one cannot say them all, such as a range of ICMP types.</summary>
internal static class RuleForms
{
    private static readonly IpProtocol[] Ported = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.UdpLite];

    public static IEnumerable<FilterRule> Of(Conditions conditions, IpFamily family, string? comment, FilterTarget target)
    {
        var text = conditions.Counter is { } counter ? FilterRule.CounterComment(counter) : comment;
        return from header in Headers(conditions, family)
               from source in PortMatches(true, conditions.SourcePorts)
               from destination in PortMatches(false, conditions.DestinationPorts)
               from icmp in IcmpMatches(conditions, family)
               select new FilterRule(header, [.. Marks(conditions), .. States(conditions), .. source, .. destination, .. icmp, .. conditions.Sets, .. Rates(conditions)], target, text);
    }

    /// <summary>A match of ports or ICMP types needs its protocol named; chains that several protocols come to do not name one.</summary>
    private static IEnumerable<FilterHeader> Headers(Conditions conditions, IpFamily family)
    {
        var icmp = family == IpFamily.V4 ? IpProtocol.Icmp : IpProtocol.IcmpV6;
        IEnumerable<IpProtocol> fitting = (conditions.LooksAtPorts, conditions.LooksAtIcmp) switch
        {
            (true, true) => [],
            (true, false) => Ported,
            (false, true) => [icmp],
            _ => conditions.Header.Protocol is { } one ? [one] : [],
        };
        if (conditions.Header.Protocol is { } named)
        {
            if (named.Number == 0)
                throw Loaded.Wordless("protocol number 0, which means any protocol to it");
            return fitting.Contains(named) ? [conditions.Header] : [];
        }

        return conditions.LooksAtPorts || conditions.LooksAtIcmp ? fitting.Select(protocol => conditions.Header with { Protocol = protocol }) : [conditions.Header];
    }

    private static IEnumerable<FilterMatch> States(Conditions conditions) => conditions.States is { } states ? [new StateMatch(states)] : [];

    private static IEnumerable<FilterMatch> Marks(Conditions conditions) => conditions.Mark is { } mark ? [mark] : [];

    private static IEnumerable<FilterMatch> Rates(Conditions conditions) => conditions.Rate is { } rate ? [rate] : [];

    private static List<IEnumerable<FilterMatch>> PortMatches(bool source, EquatableArray<PortRange> ports)
    {
        if (ports is [var all] && all == PortRange.All)
            return [[]];
        var chunks = new List<IEnumerable<FilterMatch>>();
        var chunk = new List<PortRange>();
        foreach (var range in ports)
        {
            if (chunk.Sum(Slots) + Slots(range) > PortMatch.Slots)
                Close();
            chunk.Add(range);
        }

        Close();
        return chunks;

        void Close()
        {
            chunks.Add([new PortMatch(source, chunk.ToEquatableArray())]);
            chunk = [];
        }
    }

    private static int Slots(PortRange range) => range.First == range.Last ? 1 : 2;

    private static IEnumerable<IEnumerable<FilterMatch>> IcmpMatches(Conditions conditions, IpFamily family)
    {
        if (!conditions.LooksAtIcmp)
            return [[]];
        if (conditions.IcmpTypes == ByteRange.All)
            throw Loaded.Wordless("an ICMP code of any type");
        if (family == IpFamily.V4 && conditions.IcmpTypes.Last == IcmpTypeMatch.EveryType)
            throw Loaded.Wordless($"ICMP type {IcmpTypeMatch.EveryType}, which means every type to it");
        return Enumerable.Range(conditions.IcmpTypes.First, conditions.IcmpTypes.Last - conditions.IcmpTypes.First + 1)
            .Select(type => new FilterMatch[] { new IcmpTypeMatch((byte)type, conditions.IcmpCodes.First, conditions.IcmpCodes.Last) });
    }
}
