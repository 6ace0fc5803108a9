using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What is left of a subject's blocks for one host at the other end of its flows.</summary>
/// <param name="Blocks">The blocks; empty when the subject allows all flows with the host.</param>
internal readonly record struct Residue(EquatableArray<Block> Blocks)
{
    /// <summary>Whether the subject allows all flows with the host.</summary>
    public bool IsOpen => Blocks.IsEmpty;

    /// <summary>Whether the subject denies all flows with the host.</summary>
    public bool IsClosed => Blocks is [{ Rules.IsEmpty: true, End: BlockEnd.Deny }];

    /// <summary>Leaves out of blocks what cannot decide any more.</summary>
    public static Residue Of(IEnumerable<Block> blocks)
    {
        var result = ImmutableArray.CreateBuilder<Block>();
        foreach (var block in blocks.Select(Shorten))
        {
            if (!block.Rules.IsEmpty || block.End == BlockEnd.Deny)
                result.Add(block);
            if (DecidesAll(block))
                break;
        }

        while (result.Count > 0 && !CanDeny(result[^1]))
            result.RemoveAt(result.Count - 1);
        return new(result.ToImmutable());
    }

    /// <summary>Cuts a block after a rule that matches all traffic, and drops rules at its end that say what the end says.</summary>
    private static Block Shorten(Block block)
    {
        var rules = block.Rules.Items;
        var last = rules.FindIndex(MatchesAll);
        if (last >= 0)
        {
            block = rules[last].Verdict switch
            {
                Verdict.Deny => new(rules[..last], BlockEnd.Deny, rules[last].Policy),
                Verdict.Pass => new(rules[..last], BlockEnd.Pass, default),
                _ => new(rules[..(last + 1)], BlockEnd.Pass, default),
            };
        }

        var kept = block.Rules.Items;
        while (block.End == BlockEnd.Pass && kept is [.., { Verdict: Verdict.Pass }])
            kept = kept[..^1];
        return block with { Rules = kept };
    }

    private static bool DecidesAll(Block block) =>
        block.Rules.Items.All(rule => rule.Verdict != Verdict.Pass)
        && (block.End == BlockEnd.Deny || block.Rules.Items.Any(MatchesAll));

    private static bool CanDeny(Block block) => block.End == BlockEnd.Deny || block.Rules.Items.Any(rule => rule.Verdict == Verdict.Deny);

    private static bool MatchesAll(Rule rule) =>
        rule.Family is null && rule.Protocol is null && rule.Icmp is null
        && rule.Ports.IsEmpty && rule.SourcePorts.IsEmpty
        && rule.PeerAnyOf.IsEmpty && rule.PeerNoneOf.IsEmpty && rule.PeerPorts.IsEmpty
        && rule.SelfAnyOf.IsEmpty && rule.SelfNoneOf.IsEmpty;
}

internal static class ImmutableArraySearch
{
    /// <summary>The place of the first item that satisfies a condition, or -1.</summary>
    public static int FindIndex<T>(this ImmutableArray<T> items, Func<T, bool> condition)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (condition(items[i]))
                return i;
        }

        return -1;
    }
}
