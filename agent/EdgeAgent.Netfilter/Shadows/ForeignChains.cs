using System.Globalization;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Finds the base chains of other tables from which a drop can be reached.</summary>
internal static class ForeignChains
{
    /// <param name="chains">All chains of the namespace.</param>
    /// <param name="rules">All their rules.</param>
    /// <param name="forward">Whether something of ours outside of nf_tables looks at forwarded traffic.</param>
    internal static Shadows ThatCanDrop(IReadOnlyList<ListedChain> chains, IReadOnlyList<ForeignRule> rules, bool forward)
    {
        var ours = chains.Where(IsOurs).Select(static chain => chain.HookNumber).OfType<uint>().ToHashSet();
        var byChain = rules.ToLookup(static r => (r.Family, r.Table, r.Chain));
        var found = new List<string>();
        foreach (var chain in chains)
        {
            if (FamilyName(chain.Family) is not { } family || IsOurs(chain))
                continue;
            if (chain.HookNumber is not { } number || number > byte.MaxValue || !Enum.IsDefined((Hook)number))
                continue;
            var hook = (Hook)number;
            var overrules = hook is Hook.Input or Hook.Output || (hook == Hook.Forward && forward) || ours.Contains(number);
            if (overrules && (!chain.PolicyAccepts || ReachesDrop(chain, byChain)))
                found.Add(Words(family, chain, hook));
        }

        return new(found, ours.Contains((uint)Hook.Forward));
    }

    /// <summary>As the status shows it: <c>inet firewalld filter_INPUT (input, priority 10, policy drop)</c>.</summary>
    private static string Words(string family, ListedChain chain, Hook hook) => string.Create(
        CultureInfo.InvariantCulture,
        $"{family} {chain.Table} {chain.Name} ({hook.ToString().ToLowerInvariant()}, priority {chain.Priority}{(chain.PolicyAccepts ? "" : ", policy drop")})");

    private static bool IsOurs(ListedChain chain) => chain.Family == NetfilterHeader.Inet && chain.Table == Ruleset.Table;

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
