using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Splits cells by the side conditions of rules: own address first, then source port or ICMP type and code.</summary>
internal sealed class SideCells(Direction direction)
{
    private const int MaxCells = 1_024;

    private int _count;

    /// <summary>Adds to a cell the parts that the rules set apart.</summary>
    /// <param name="cell">The cell, which holds where no side condition names anything.</param>
    /// <param name="rules">All rules with side conditions that apply to the cell's protocol and ports.</param>
    public void Split(TrafficCell cell, IReadOnlyList<PeerRule> rules)
    {
        if (rules.Count == 0)
            return;
        var messages = rules.Any(rule => !rule.Rule.SourcePorts.IsEmpty || rule.Rule.Icmp is not null);
        var addresses = OwnAddresses(rules).ToList();
        Claim(addresses.Count);
        foreach (var (own, blocks) in addresses)
        {
            var facts = new SideFacts(own, null, null);
            var part = Part(cell, $"to-{Text(blocks[0])}", rules, default, facts);
            if (messages)
                SplitByMessage(part, rules, facts);
            if (messages || part.Added.Count + part.Removed.Count > 0)
                cell.Add(new([.. blocks.Select(block => Match.Address(direction == Direction.Outbound, block))], part));
        }

        if (messages)
            SplitByMessage(cell, rules, default);
    }

    private void SplitByMessage(TrafficCell cell, IReadOnlyList<PeerRule> rules, SideFacts facts)
    {
        var messages = SourcePorts(rules).Concat(IcmpMessages(rules)).ToList();
        Claim(messages.Count);
        foreach (var (name, message, matches) in messages)
        {
            var part = Part(cell, name, rules, facts, message with { Own = facts.Own });
            if (part.Added.Count + part.Removed.Count > 0)
                cell.Add(new(matches, part));
        }
    }

    private void Claim(int cells)
    {
        if ((_count += cells) > MaxCells)
            throw new UncompilablePolicyException($"own addresses, source ports and ICMP types in {direction} rules cut the traffic into more than {MaxCells} parts");
    }

    private static TrafficCell Part(TrafficCell cell, string name, IReadOnlyList<PeerRule> rules, SideFacts outside, SideFacts inside) => new(
        $"{cell.Name}.{name}",
        cell,
        rules.Where(rule => inside.Satisfy(rule.Rule) && !outside.Satisfy(rule.Rule)),
        rules.Where(rule => outside.Satisfy(rule.Rule) && !inside.Satisfy(rule.Rule)));

    private static IEnumerable<(IpAddress Own, IReadOnlyList<Cidr> Blocks)> OwnAddresses(IReadOnlyList<PeerRule> rules)
    {
        var conditions = rules.SelectMany(rule => new[] { rule.Rule.SelfAnyOf, rule.Rule.SelfNoneOf })
            .Where(blocks => !blocks.IsEmpty)
            .Distinct()
            .Select(blocks => (IReadOnlyList<Cidr>)CidrSet.Canonical(blocks))
            .ToList();
        return PeerClasses.Of(conditions).All
            .Where(own => own.Ranges.Count > 0)
            .Select(own => (own.Ranges[0], CidrSet.FromRanges(own.Ranges)))
            .Select(own => (new IpAddress(own.Item1.Family, own.Item1.First), (IReadOnlyList<Cidr>)own.Item2));
    }

    private static IEnumerable<(string Name, SideFacts Facts, IReadOnlyList<EquatableArray<Expression>> Matches)> SourcePorts(IReadOnlyList<PeerRule> rules)
    {
        var conditions = rules.Select(rule => rule.Rule.SourcePorts).Where(ports => !ports.IsEmpty).Distinct().ToList();
        return PortCut.Cut(conditions.SelectMany((ports, number) => ports.Select(range => (range, number))))
            .GroupBy(piece => string.Join(',', piece.Items), piece => piece.Ports)
            .Select(ports => (
                $"from-{ports.First()}",
                new SideFacts(null, ports.First().First, null),
                (IReadOnlyList<EquatableArray<Expression>>)[.. ports.Select(Match.SourcePort)]));
    }

    /// <summary>For each type that a rule names: each code that one names with it, then all its other codes.</summary>
    private static IEnumerable<(string Name, SideFacts Facts, IReadOnlyList<EquatableArray<Expression>> Matches)> IcmpMessages(IReadOnlyList<PeerRule> rules)
    {
        foreach (var type in rules.Select(rule => rule.Rule.Icmp).OfType<IcmpMatch>().GroupBy(icmp => icmp.Type).OrderBy(type => type.Key))
        {
            var codes = type.Select(icmp => icmp.Code).OfType<byte>().ToHashSet();
            foreach (var code in codes.Order())
                yield return Message($"{type.Key}-{code}", code, [.. Match.IcmpType(type.Key, type.Key), .. Match.IcmpCode(code)]);
            if (codes.Count <= byte.MaxValue)
                yield return Message($"{type.Key}", (byte)Enumerable.Range(0, 256).First(code => !codes.Contains((byte)code)), Match.IcmpType(type.Key, type.Key));

            (string, SideFacts, IReadOnlyList<EquatableArray<Expression>>) Message(string name, byte code, EquatableArray<Expression> match) =>
                (name, new SideFacts(null, null, (type.Key, code)), [match]);
        }
    }

    private static string Text(Cidr block) => string.Create(CultureInfo.InvariantCulture, $"{block}").Replace(':', '_').Replace('/', '_');
}
