using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace EdgeAgent.Policy;

/// <summary>A policy that has to do with some hosts, and what.</summary>
internal readonly record struct PolicyConcern(PolicyNode Node, PolicyFacts Facts)
{
    public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Node), Facts);
}

/// <summary>The policies that have to do with a class of hosts, in order. Fleets have many policies, and a host has to do with few of them.</summary>
internal static class PolicyConcerns
{
    /// <summary>Those of all policies.</summary>
    public static ImmutableArray<PolicyConcern> Of(IEnumerable<PolicyNode> policies, ImmutableArray<Slot> slots)
    {
        var result = ImmutableArray.CreateBuilder<PolicyConcern>();
        foreach (var node in policies)
        {
            if (PolicyFacts.Of(node.Resource, slots) is { } facts)
                result.Add(new(node, facts));
        }

        return result.DrainToImmutable();
    }

    /// <summary>Those after a change of policies; the same instance where the change has nothing to do with the hosts.</summary>
    public static ImmutableArray<PolicyConcern> After(this ImmutableArray<PolicyConcern> before, PolicyChanges changes, ImmutableArray<Slot> slots)
    {
        var added = Of(changes.Added, slots);
        if (added.IsEmpty && !Any(before, changes.Removed))
            return before;
        var result = ImmutableArray.CreateBuilder<PolicyConcern>(before.Length + added.Length);
        var next = 0;
        foreach (var concern in before)
        {
            if (changes.Removed.Contains(concern.Node))
                continue;
            while (next < added.Length && added[next].Node.CompareTo(concern.Node) < 0)
                result.Add(added[next++]);
            result.Add(concern);
        }

        while (next < added.Length)
            result.Add(added[next++]);
        return result.DrainToImmutable();
    }

    private static bool Any(ImmutableArray<PolicyConcern> concerns, IReadOnlySet<PolicyNode> nodes)
    {
        if (nodes.Count == 0)
            return false;
        foreach (var concern in concerns)
        {
            if (nodes.Contains(concern.Node))
                return true;
        }

        return false;
    }
}

/// <summary>The nodes of policies that a change takes away and adds; a policy that is written anew is both.</summary>
/// <param name="Removed">Those that are gone.</param>
/// <param name="Added">Those that are new, in order.</param>
internal sealed record PolicyChanges(IReadOnlySet<PolicyNode> Removed, IReadOnlyList<PolicyNode> Added)
{
    public static PolicyChanges None { get; } = new(new HashSet<PolicyNode>(), []);

    public bool IsNone => Removed.Count == 0 && Added.Count == 0;

    /// <summary>All policies after the change, in order.</summary>
    public ImmutableArray<PolicyNode> Apply(ImmutableArray<PolicyNode> before)
    {
        if (IsNone)
            return before;
        var result = ImmutableArray.CreateBuilder<PolicyNode>(before.Length + Added.Count);
        var next = 0;
        foreach (var node in before)
        {
            if (Removed.Contains(node))
                continue;
            while (next < Added.Count && Added[next].CompareTo(node) < 0)
                result.Add(Added[next++]);
            result.Add(node);
        }

        while (next < Added.Count)
            result.Add(Added[next++]);
        return result.DrainToImmutable();
    }
}
