using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Chains that tell the ports of one protocol apart by comparing: ranges, and single ports where there are too many for a map.
/// A chain compares with at most 16 ranges; where more lie in its part of the port space, it leads to sixteen chains of a sixteenth each.
/// </summary>
internal sealed class PortChains(RulesetBuilder ruleset, IpProtocol protocol, string name)
{
    private const int MaxCompared = 16;

    /// <summary>Writes the chains.</summary>
    /// <param name="ports">Disjoint ascending ranges, and where each leads.</param>
    /// <param name="others">Where all other ports lead.</param>
    public ChainVerdict Write(IReadOnlyList<(PortRange Ports, ChainVerdict Target)> ports, ChainVerdict others) => Write(PortRange.All, ports, others);

    private ChainVerdict Write(PortRange part, IReadOnlyList<(PortRange Ports, ChainVerdict Target)> ports, ChainVerdict others)
    {
        var inside = Inside(part, ports);
        if (inside.Count == 0)
            return others;
        if (inside is [var all] && all.Ports == part)
            return all.Target;
        var chain = ruleset.ChainName(part == PortRange.All ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{part}"));
        var branches = inside.Count <= MaxCompared ? inside : Sixteenths(part).ConvertAll(sixteenth => (Ports: sixteenth, Target: Write(sixteenth, inside, others)));
        var rules = branches.Where(branch => branch.Target != others)
            .Select(branch => new ChainRule([.. Match.Protocol(protocol), .. Match.DestinationPort(branch.Ports), new Decide(branch.Target)]));
        ruleset.AddChain(chain, [.. rules, new([new Decide(others)])]);
        return ChainVerdict.Goto(chain);
    }

    private static List<(PortRange Ports, ChainVerdict Target)> Inside(PortRange part, IReadOnlyList<(PortRange Ports, ChainVerdict Target)> ports)
    {
        var inside = new List<(PortRange Ports, ChainVerdict Target)>();
        foreach (var (range, target) in ports)
        {
            if (!range.Overlaps(part))
                continue;
            var cut = new PortRange(Math.Max(range.First, part.First), Math.Min(range.Last, part.Last));
            if (inside.Count > 0 && inside[^1].Target == target && inside[^1].Ports.Last + 1 == cut.First)
                inside[^1] = (new(inside[^1].Ports.First, cut.Last), target);
            else
                inside.Add((cut, target));
        }

        return inside;
    }

    private static List<PortRange> Sixteenths(PortRange part)
    {
        var size = (part.Last - part.First + 1) / 16;
        return [.. Enumerable.Range(0, 16).Select(i => new PortRange((ushort)(part.First + (i * size)), (ushort)(part.First + ((i + 1) * size) - 1)))];
    }
}
