using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What is left of a subject's blocks for hosts at the other end of its flows.</summary>
internal sealed class Residue : IEquatable<Residue>
{
    private readonly int _hash;

    private Residue(Direction direction, EquatableArray<Block> blocks, NamedSets sets)
    {
        Direction = direction;
        Blocks = blocks;
        Sets = sets;
        IsOpen = blocks.IsEmpty;
        IsClosed = blocks is [{ Rules.IsEmpty: true, End: BlockEnd.Deny }];
        SetId = IsOpen ? "" : Name(direction, blocks);
        Branch = new(SetId, blocks);
        _hash = HashCode.Combine(direction, SetId);
    }

    /// <summary>The subject's direction.</summary>
    public Direction Direction { get; }

    /// <summary>The blocks; empty when the subject allows all flows with the hosts.</summary>
    public EquatableArray<Block> Blocks { get; }

    /// <summary>Whether the subject allows all flows with the hosts.</summary>
    public bool IsOpen { get; }

    /// <summary>Whether the subject denies all flows with the hosts.</summary>
    public bool IsClosed { get; }

    /// <summary>The id of the set of subjects whose blocks leave this, for the hosts' branches.</summary>
    public string SetId { get; }

    /// <summary>The branch of hosts that it is left for.</summary>
    public Branch Branch { get; }

    /// <summary>The sets that the blocks name.</summary>
    public NamedSets Sets { get; }

    /// <summary>Nothing left: all is allowed.</summary>
    public static Residue Open(Direction direction) => new(direction, [], NamedSets.None);

    /// <summary>Leaves out of blocks what cannot decide any more.</summary>
    public static Residue Of(Direction direction, IEnumerable<Block> blocks, SetCatalog sets)
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
        EquatableArray<Block> left = result.ToImmutable();
        return new(direction, left, sets.NamedBy(left));
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

    public bool Equals(Residue? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Direction == other.Direction && SetId == other.SetId && Blocks == other.Blocks);

    public override bool Equals(object? obj) => Equals(obj as Residue);

    public override int GetHashCode() => _hash;

    /// <summary>By the policies that decide, and a digest of all of it.</summary>
    private static string Name(Direction direction, EquatableArray<Block> blocks)
    {
        var policies = blocks.Items
            .SelectMany(block => block.Rules.Items.Select(rule => rule.Policy).Append(block.EndPolicy))
            .Select(reference => reference.Policy)
            .Where(policy => policy.Length > 0)
            .Distinct();
        var meaning = HostPolicyDigest.Text(new() { Inbound = [new([new(null, blocks)])] });
        return SetName.Of($"{(direction == Direction.Inbound ? "in" : "out")}/{string.Join('_', policies)}", $"{direction} {meaning}");
    }

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
