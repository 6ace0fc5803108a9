using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>What a table does with a packet at one hook.</summary>
/// <param name="Accepted">Whether it passes.</param>
/// <param name="Counters">The counters that counted it, in order.</param>
/// <param name="LogPrefixes">The prefixes that it was logged with, in order.</param>
public sealed record Outcome(bool Accepted, IReadOnlyList<string> Counters, IReadOnlyList<string> LogPrefixes);

/// <summary>A table that the kernel would not have accepted, or that no kernel behaves on predictably.</summary>
public sealed class InvalidRulesetException(string message) : Exception(message);

/// <summary>
/// Runs a table on a packet as nf_tables does (nft_do_chain): a rule's steps until one does not match, jumps with a stack,
/// gotos without, the base chain's policy at the end.
/// </summary>
public static class RulesetInterpreter
{
    /// <summary>Runs all base chains of a hook, by priority; a drop is final.</summary>
    public static Outcome Run(Ruleset ruleset, Hook hook, KernelPacket packet)
    {
        var run = new PacketRun(ruleset, packet);
        var accepted = ruleset.Chains.Values
            .Where(chain => chain.Hook?.Hook == hook)
            .OrderBy(chain => chain.Hook!.Priority)
            .All(run.Passes);
        return new(accepted, run.Counters, run.LogPrefixes);
    }

    /// <summary>
    /// Whether a packet passes that is on its way while a transaction comes into force: through a base chain it goes with the rules that it
    /// began with (nft_do_chain reads the generation once), but each lookup finds what is in force at that moment (nft_set_elem_active).
    /// </summary>
    /// <returns>Each answer that there is, by how many lookups came before.</returns>
    public static IEnumerable<bool> Torn(Ruleset before, Ruleset after, Packet packet)
    {
        var (hook, bytes) = (KernelPacket.HookOf(packet), KernelPacket.Of(packet));
        for (var lookups = 0; ; lookups++)
        {
            var run = new PacketRun(before, bytes, after, lookups);
            var passes = true;
            foreach (var chain in before.Chains.Values.Where(chain => chain.Hook?.Hook == hook).OrderBy(chain => chain.Hook!.Priority))
            {
                var later = run.Lookups > lookups && after.Chains.TryGetValue(chain.Name, out var present) && present.Hook is not null ? present : null;
                if (!(later is null ? run.Passes(chain) : new PacketRun(after, bytes).Passes(later)))
                {
                    passes = false;
                    break;
                }
            }

            if (run.Lookups <= lookups)
                yield break;
            yield return passes;
        }
    }

    /// <summary>Runs the first packet of a flow through the hook of its direction.</summary>
    public static Outcome Run(Ruleset ruleset, Packet packet) =>
        Run(ruleset, KernelPacket.HookOf(packet), KernelPacket.Of(packet));
}
