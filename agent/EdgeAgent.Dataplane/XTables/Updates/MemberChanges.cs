using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The change of one set's members.</summary>
/// <param name="Set">The set as it is to be.</param>
/// <param name="Changes">What is added and removed.</param>
internal sealed record MemberChange(NamedSet Set, ElementChanges Changes)
{
    public int Count => Changes.Added.Count + Changes.Removed.Count;
}

/// <summary>Says whether members may be changed one by one, each packet being decided as before or as desired all the while.</summary>
internal static class MemberChanges
{
    /// <summary>Beyond so many it costs less to fill sets anew than to find out.</summary>
    private const int MostLookedAt = 10_000;

    /// <summary>
    /// One set may always be changed. Of several, each address must be moved in one direction only: where all of its changes open,
    /// or all of them close, whatever has been done by then decides as before or as desired. Blocks are not compared with each other.
    /// </summary>
    public static bool AreSafeOneByOne(IReadOnlyList<MemberChange> changes, XTablesRuleset ruleset)
    {
        if (changes.Count <= 1)
            return true;
        if (changes.Sum(change => change.Count) > MostLookedAt || changes.Any(change => change.Set.Schema.Intervals))
            return false;
        var effects = new[] { SetEffects.Of(ruleset.V4), SetEffects.Of(ruleset.V6) };
        var opens = new Dictionary<IpAddress, bool>();
        return changes.All(change => Effect(effects, change.Set.Schema.Name) switch
        {
            SetEffect.None => true,
            SetEffect.Mixed => false,
            var effect => Agree(opens, change.Changes.Added, effect == SetEffect.Opens) && Agree(opens, change.Changes.Removed, effect != SetEffect.Opens),
        });
    }

    private static SetEffect Effect(Dictionary<string, SetEffect>[] effects, string set)
    {
        foreach (var family in effects)
        {
            if (family.TryGetValue(set, out var effect))
                return effect;
        }

        return SetEffect.Mixed;
    }

    private static bool Agree(Dictionary<IpAddress, bool> opens, ElementTable members, bool direction)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var address = IpAddress.FromBytes(members.Key(i));
            if (opens.TryGetValue(address, out var known) && known != direction)
                return false;
            opens[address] = direction;
        }

        return true;
    }
}
