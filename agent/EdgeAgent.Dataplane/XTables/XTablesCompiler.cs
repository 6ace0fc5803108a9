using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Compiles host policies for kernels that are programmed through x_tables. What decides about which traffic is worked out once, by
/// <see cref="RulesetCompiler"/>; its table is then said in the words of x_tables, family by family. Equal input gives an equal result,
/// and names depend on the rules, not on who is in a set.
/// </summary>
public static class XTablesCompiler
{
    // "out deny " and the policy's name make the prefix of a log.
    internal const int LongestPolicyName = LogTarget.LongestPrefix - 9;

    /// <summary>What enforces the policy.</summary>
    /// <exception cref="UncompilablePolicyException">x_tables cannot express it, or its rules contradict themselves.</exception>
    public static XTablesRuleset Compile(HostPolicy policy, CompileOptions options) => Compile(policy, HostPolicyDigest.Of(policy), options);

    /// <summary>What enforces a policy whose names were resolved.</summary>
    /// <param name="policy">The policy, with addresses in the place of names.</param>
    /// <param name="digest">The digest of the policy with names, for the stamp.</param>
    /// <param name="options">What else the tables depend on.</param>
    /// <exception cref="UncompilablePolicyException">x_tables cannot express it, or its rules contradict themselves.</exception>
    public static XTablesRuleset Compile(HostPolicy policy, Digest digest, CompileOptions options)
    {
        var ruleset = RulesetCompiler.Compile(policy, digest, options with
        {
            LongestPolicyName = Math.Min(options.LongestPolicyName, LongestPolicyName),
            SizesInUse = ImmutableDictionary<string, uint>.Empty,
        });
        return Lower(ruleset);
    }

    /// <summary>The same table in the words of x_tables.</summary>
    /// <exception cref="UncompilablePolicyException">x_tables has no words for something in it.</exception>
    public static XTablesRuleset Lower(Ruleset ruleset)
    {
        var names = new XTablesNames();
        var sets = new SetLowering(ruleset, names);
        var (v4, v6) = (new TableLowering(IpFamily.V4, ruleset, sets, names).Lower(), new TableLowering(IpFamily.V6, ruleset, sets, names).Lower());
        var lookedAt = v4.Sets().Concat(v6.Sets()).ToHashSet(StringComparer.Ordinal);
        return new()
        {
            Stamp = Stamp.Of(ruleset),
            V4 = v4,
            V6 = v6,
            Sets = sets.Build().RemoveRange(sets.Names.Where(name => !lookedAt.Contains(name))),
        };
    }
}
