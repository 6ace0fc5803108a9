using System.Collections.Immutable;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The whole content of our table, as desired or as read back: counters without their values, sets with their elements, chains.
/// </summary>
public sealed record Ruleset
{
    /// <summary>The name of the table, of family inet.</summary>
    public const string Table = "edgeagent";

    /// <summary>
    /// The name of the chain that nothing goes to, whose one rule's comment is the stamp: <c>revision 42 policy 3f2a…</c>.
    /// (A table's own comment cannot change after its creation.)
    /// </summary>
    public const string StampChain = "stamp";

    /// <summary>A table without content.</summary>
    public static Ruleset Empty { get; } = new();

    /// <summary>The names of the counters.</summary>
    public ImmutableSortedSet<string> Counters { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Sets and maps by name.</summary>
    public ImmutableSortedDictionary<string, NamedSet> Sets { get; init; } = ImmutableSortedDictionary.Create<string, NamedSet>(StringComparer.Ordinal);

    /// <summary>Chains by name.</summary>
    public ImmutableSortedDictionary<string, Chain> Chains { get; init; } = ImmutableSortedDictionary.Create<string, Chain>(StringComparer.Ordinal);
}
