using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Compiles host policies to kernel tables. The traffic of each direction is cut into cells that no rule tells apart but by peer,
/// the rules of each stage are specialised to each cell, and what remains is a table of peers: one hash look-up, however many
/// policies there are. Equal input gives an equal table, and names and chains depend on the rules, not on who is in a set.
/// </summary>
public static class RulesetCompiler
{
    /// <summary>The table that enforces the policy.</summary>
    /// <exception cref="UncompilablePolicyException">The kernel cannot enforce it, or its rules contradict themselves.</exception>
    public static Ruleset Compile(HostPolicy policy, CompileOptions options) => Compile(policy, Stamp.Of(policy), options).Ruleset;

    /// <summary>The table that enforces a policy whose names were resolved.</summary>
    /// <param name="policy">The policy, with addresses in the place of names.</param>
    /// <param name="digest">The digest of the policy with names, for the stamp.</param>
    /// <param name="options">What else the table depends on.</param>
    /// <exception cref="UncompilablePolicyException">The kernel cannot enforce it, or its rules contradict themselves.</exception>
    public static Ruleset Compile(HostPolicy policy, Digest digest, CompileOptions options) => Compile(policy, new Stamp(policy.Revision, digest), options).Ruleset;

    /// <summary>The table, the number of its elements, and what its sets can be changed by; null where they cannot.</summary>
    internal static (Ruleset Ruleset, long Elements, IReadOnlyList<DirectionProgram>? Directions) Compile(HostPolicy policy, Stamp stamp, CompileOptions options)
    {
        PolicyCheck.Verify(policy);
        var ruleset = new RulesetBuilder(options);
        var bases = new BaseChains(ruleset);
        var directions = new List<DirectionProgram?>();
        ruleset.AddChain(ruleset.ChainName(Ruleset.StampChain), [stamp.ToRule()]);
        if (policy.Mode == EnforcementMode.Off)
        {
            bases.WriteOpen(Direction.Inbound);
            bases.WriteOpen(Direction.Outbound);
        }
        else
        {
            var effective = policy.Mode == EnforcementMode.Quarantine ? Quarantined(policy) : policy;
            var names = PolicyNames.Of(effective, options.LongestPolicyName);
            bases.WriteIcmpV6();
            bases.WriteCut(policy.Mode);
            foreach (var direction in new[] { Direction.Inbound, Direction.Outbound })
                directions.Add(new DirectionCompiler(effective, direction, names, options, ruleset, bases).Write());
        }

        var result = ruleset.Build();
        ChainGraph.Verify(result);
        return (result, ruleset.ElementCount, directions.Contains(null) ? null : [.. directions.OfType<DirectionProgram>()]);
    }

    private static HostPolicy Quarantined(HostPolicy policy)
    {
        var closed = new Stage([new Branch(null, [new Block([], BlockEnd.Deny, new PolicyReference("Mode", "", "quarantine", ""))])]);
        return policy with { Inbound = [closed], Outbound = [closed] };
    }
}
