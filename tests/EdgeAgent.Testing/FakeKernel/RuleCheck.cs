using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>What the kernel checks when a rule is added.</summary>
internal static class RuleCheck
{
    public static void Verify(Ruleset table, ChainRule rule, Func<string, string, KernelRefusalException> refuse)
    {
        foreach (var step in rule.Expressions)
        {
            switch (step)
            {
                case LookupSet lookup:
                    Set(lookup.Set, SetKind.Set);
                    break;
                case LookupVerdict lookup:
                    Set(lookup.Map, SetKind.VerdictMap);
                    break;
                case CountByMap count:
                    Set(count.Map, SetKind.CounterMap);
                    break;
                case Count count when !table.Counters.Contains(count.Counter):
                    throw refuse("ENOENT", $"no counter {count.Counter}");
                case Decide { Verdict.Chain: { } chain }:
                    if (!table.Chains.TryGetValue(chain, out var target))
                        throw refuse("ENOENT", $"no chain {chain}");
                    if (target.Hook is not null)
                        throw refuse("EOPNOTSUPP", $"{chain} is a base chain");
                    break;
                case LogToGroup log when log.Prefix.Length > 127:
                    throw refuse("EINVAL", "the log prefix is too long");
                case Bitwise bits when bits.Mask.Count != bits.Xor.Count || bits.Mask.IsEmpty:
                    throw refuse("EINVAL", "mask and xor differ in length");
                case LoadPayload { Length: 0 or > 16 }:
                    throw refuse("EINVAL", "no such length");
                default:
                    break;
            }
        }

        void Set(string name, SetKind kind)
        {
            if (!table.Sets.TryGetValue(name, out var set))
                throw refuse("ENOENT", $"no set {name}");
            if (set.Schema.Kind != kind)
                throw refuse("EINVAL", $"{name} is no {kind}");
        }
    }
}
