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
            foreach (var path in new[] { TrafficPath.Inbound, TrafficPath.Outbound })
            {
                var dispatch = Compiled(path).Write(ChainVerdict.Accept, out var program);
                bases.Write(path, policy.Mode, effective.StagesOf(path), dispatch);
                directions.Add(program);
            }

            if (effective.ForwardIn.Count + effective.ForwardOut.Count > 0)
                WriteForward();

            // What may arrive comes back and meets what decides on leaving. If it went on there at once, the kernel would see as many ways as the
            // products of both.
            void WriteForward()
            {
                var entries = new List<ChainVerdict>();
                foreach (var path in new[] { TrafficPath.ForwardIn, TrafficPath.ForwardOut }.Where(path => !effective.StagesOf(path).IsEmpty))
                {
                    var comesBack = path == TrafficPath.ForwardIn && !effective.ForwardOut.IsEmpty;
                    var chain = ruleset.ChainName(PathNames.Prefix(path));
                    ruleset.AddChain(chain, Compiled(path).Write(comesBack ? ChainVerdict.Return : ChainVerdict.Accept, out var program));
                    entries.Add(comesBack ? ChainVerdict.Jump(chain) : ChainVerdict.Goto(chain));
                    directions.Add(program);
                }

                bases.WriteForward(policy.Mode, effective.ForwardIn, effective.ForwardOut, entries);
            }

            DirectionCompiler Compiled(TrafficPath path) => new(effective, path, names, options, ruleset);
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
