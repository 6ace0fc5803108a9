using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Finds the base chains of other tables from which a drop can be reached.</summary>
internal static class ForeignChains
{
    internal static List<ForeignBaseChain> ThatCanDrop(IReadOnlyList<ListedChain> chains, IReadOnlyList<ForeignRule> rules)
    {
        var ours = chains.Where(IsOurs).Select(static chain => chain.HookNumber).OfType<uint>().ToHashSet();
        var byChain = rules.ToLookup(static r => (r.Family, r.Table, r.Chain));
        var found = new List<ForeignBaseChain>();
        foreach (var chain in chains)
        {
            if (FamilyName(chain.Family) is not { } family || IsOurs(chain))
                continue;
            if (chain.HookNumber is not { } number || number > byte.MaxValue || !Enum.IsDefined((Hook)number))
                continue;
            if (!chain.PolicyAccepts || ReachesDrop(chain, byChain))
                found.Add(new ForeignBaseChain(family, chain.Table, chain.Name, (Hook)number, chain.Priority, !chain.PolicyAccepts) { IsBesideOurs = ours.Contains(number) });
        }

        return found;
    }

    internal static bool IsOurs(ListedChain chain) => chain.Family == NetfilterHeader.Inet && chain.Table == Ruleset.Table;

    private static bool ReachesDrop(ListedChain start, ILookup<(byte, string, string), ForeignRule> byChain)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { start.Name };
        var next = new Stack<string>(seen);
        while (next.TryPop(out var chain))
        {
            foreach (var rule in byChain[(start.Family, start.Table, chain)])
            {
                if (rule.CanDrop)
                    return true;
                if (rule.Target is { } target && seen.Add(target))
                    next.Push(target);
            }
        }

        return false;
    }

    private static string? FamilyName(byte family) => family switch
    {
        NetfilterHeader.Inet => "inet",
        NetfilterHeader.Ipv4 => "ip",
        NetfilterHeader.Ipv6 => "ip6",
        _ => null,
    };
}
