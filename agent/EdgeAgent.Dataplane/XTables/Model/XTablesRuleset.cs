using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// All that is ours where the kernel is programmed through x_tables: address sets (ipset) and, for each family, our chains of the
/// table <c>filter</c>. Everything of ours has a name that begins with <see cref="Prefix"/>.
/// </summary>
public sealed record XTablesRuleset
{
    /// <summary>What the names of our chains and sets begin with.</summary>
    public const string Prefix = "EDGEAGENT-";

    /// <summary>The most members that any of our sets may come to have (IPSET_ATTR_MAXELEM); memory is taken for those that it has.</summary>
    public const uint MaxMembers = 1 << 22;

    /// <summary>Nothing.</summary>
    public static XTablesRuleset Empty { get; } = new();

    /// <summary>What it was made from; null where that is not known.</summary>
    public Stamp? Stamp { get; init; }

    /// <summary>The address sets by name. Single addresses are a <c>hash:ip</c>, sets of intervals (each one block) a <c>hash:net</c>.</summary>
    public ImmutableSortedDictionary<string, NamedSet> Sets { get; init; } = ImmutableSortedDictionary.Create<string, NamedSet>(StringComparer.Ordinal);

    /// <summary>The IPv4 table.</summary>
    public FilterTable V4 { get; init; } = FilterTable.Empty;

    /// <summary>The IPv6 table.</summary>
    public FilterTable V6 { get; init; } = FilterTable.Empty;

    /// <summary>The table of a family.</summary>
    public FilterTable Of(IpFamily family) => family == IpFamily.V4 ? V4 : V6;
}

/// <summary>What is ours in the table <c>filter</c> of one family.</summary>
public sealed record FilterTable
{
    /// <summary>Nothing of ours.</summary>
    public static FilterTable Empty { get; } = new();

    /// <summary>The hooks whose built-in chain begins with a jump to our chain for it, ascending.</summary>
    public EquatableArray<Hook> Hooks { get; init; } = [];

    /// <summary>Our chains by name.</summary>
    public ImmutableSortedDictionary<string, FilterChain> Chains { get; init; } = ImmutableSortedDictionary.Create<string, FilterChain>(StringComparer.Ordinal);

    /// <summary>Our chain for a hook: <c>EDGEAGENT-INPUT</c>.</summary>
    public static string ChainOf(Hook hook) => XTablesRuleset.Prefix + BuiltIn(hook);

    /// <summary>The built-in chain of a hook: <c>INPUT</c>.</summary>
    public static string BuiltIn(Hook hook) => hook.ToString().ToUpperInvariant();

    /// <summary>Whether there is nothing of ours.</summary>
    public bool IsEmpty => Hooks.IsEmpty && Chains.IsEmpty;

    /// <summary>The names of the sets that rules look at.</summary>
    public IEnumerable<string> Sets() =>
        Chains.Values.SelectMany(chain => chain.Rules).SelectMany(rule => rule.Matches).OfType<SetMatch>().Select(match => match.Set).Distinct();

    /// <summary>The same rules, looking at sets of other names.</summary>
    public FilterTable WithSets(Func<string, string> name) => this with
    {
        Chains = Chains.Values
            .Select(chain => chain with { Rules = chain.Rules.Select(rule => rule with { Matches = rule.Matches.Select(match => match is SetMatch look ? look with { Set = name(look.Set) } : match).ToEquatableArray() }).ToEquatableArray() })
            .ToImmutableSortedDictionary(chain => chain.Name, chain => chain, StringComparer.Ordinal),
    };

    /// <inheritdoc/>
    public bool Equals(FilterTable? other) =>
        other is not null && Hooks == other.Hooks && Chains.Count == other.Chains.Count && Chains.Values.SequenceEqual(other.Chains.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Hooks, Chains.Count);
}

/// <summary>One of our chains. A packet that comes to its end goes on behind our jump in the built-in chain.</summary>
/// <param name="Name">At most 28 characters, with our prefix.</param>
/// <param name="Rules">The rules in order.</param>
public sealed record FilterChain(string Name, EquatableArray<FilterRule> Rules);
