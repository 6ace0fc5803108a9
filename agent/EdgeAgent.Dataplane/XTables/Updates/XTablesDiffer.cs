using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Finds the smallest way from what the kernel holds to what it should hold. The kernel takes each step by itself, so their order keeps
/// every packet decided as before or as desired: members one by one where that is safe (a peer that joins is one message); else sets are
/// filled anew beside those in use, and one replacement of the rules of a family turns to all of them at once.
/// </summary>
public static class XTablesDiffer
{
    private const string GenerationMark = "~";

    /// <summary>A set of which more than this changes, and more than half, is filled anew and swapped.</summary>
    private const int MostOneByOne = 2_000;

    /// <summary>The set as the content calls it; null for a name that no generation of ours has.</summary>
    public static string? WithoutGeneration(string name) =>
        name.Length > XTablesRuleset.Prefix.Length + 2 && name.StartsWith(XTablesRuleset.Prefix, StringComparison.Ordinal) && name[^2] == GenerationMark[0] && char.IsAsciiDigit(name[^1])
            ? name[..^2]
            : null;

    /// <summary>The plan, in order.</summary>
    /// <param name="held">What the kernel holds, in whatever state.</param>
    /// <param name="desired">What it should hold.</param>
    public static IReadOnlyList<XTablesOperation> Plan(XTablesHeld held, XTablesRuleset desired)
    {
        var actual = held.Content ?? XTablesRuleset.Empty;
        var changes = new List<MemberChange>();
        var made = new List<NamedSet>();
        foreach (var set in desired.Sets.Values)
        {
            if (!held.IsTampered && actual.Sets.TryGetValue(set.Schema.Name, out var known) && known.Schema == set.Schema)
                changes.Add(new(set, ElementChanges.Between(set.Schema, known.Elements, set.Elements)));
            else
                made.Add(set);
        }

        changes.RemoveAll(change => change.Count == 0);
        var rulesStay = !held.IsTampered && actual.V4 == desired.V4 && actual.V6 == desired.V6;
        var operations = new List<XTablesOperation>(held.Leftovers.Select(name => new DestroyAddressSet(name)));
        if (rulesStay && made.Count == 0 && MemberChanges.AreSafeOneByOne(changes, desired))
            operations.AddRange(changes.SelectMany(change => Change(held.Generations[change.Set.Schema.Name], change)));
        else
            operations.AddRange(Replace(held, actual, desired, [.. made, .. changes.Select(change => change.Set)]));

        if (desired.Stamp is { } stamp && (held.IsTampered || !held.HasStampSet || actual.Stamp != stamp))
            operations.Add(new WriteStamp(stamp, !held.HasStampSet));
        return operations;
    }

    /// <summary>What the kernel holds when a plan is done.</summary>
    /// <param name="held">What it held before.</param>
    /// <param name="desired">What the plan leads to.</param>
    /// <param name="plan">The plan.</param>
    public static XTablesHeld After(XTablesHeld held, XTablesRuleset desired, IReadOnlyList<XTablesOperation> plan)
    {
        var generations = plan.OfType<ReplaceChains>().LastOrDefault()?.Generations ?? held.Generations;
        return new(desired, generations.RemoveRange(generations.Keys.Where(set => !desired.Sets.ContainsKey(set))), [], desired.Stamp is not null || held.HasStampSet, false);
    }

    /// <summary>Takes everything away.</summary>
    public static IReadOnlyList<XTablesOperation> Removal(XTablesHeld held) =>
    [
        .. held.Content is null ? (IEnumerable<XTablesOperation>)[] : [new ReplaceChains(IpFamily.V4, FilterTable.Empty, held.Generations), new ReplaceChains(IpFamily.V6, FilterTable.Empty, held.Generations)],
        .. held.Generations.Values.Concat(held.Leftovers).Distinct().Select(name => new DestroyAddressSet(name)),
        .. held.HasStampSet ? [new DestroyAddressSet(StampSet)] : (IEnumerable<XTablesOperation>)[],
    ];

    /// <summary>The set whose one member's comment is the stamp.</summary>
    public const string StampSet = XTablesRuleset.Prefix + "stamp";

    private static IEnumerable<XTablesOperation> Change(string name, MemberChange change)
    {
        if (change.Count > MostOneByOne && change.Count * 2 > change.Set.Elements.Count)
        {
            var fresh = Generation(change.Set.Schema.Name, [name]);
            return [new CreateAddressSet(fresh, change.Set.Schema, change.Set.Elements.Count), .. Filled(fresh, change.Set), new SwapAddressSets(name, fresh), new DestroyAddressSet(fresh)];
        }

        // Added first: an address that moves from block to block is in the set all the while.
        IEnumerable<XTablesOperation> added = change.Changes.Added.Count > 0 ? [new AddMembers(name, change.Changes.Added)] : [];
        IEnumerable<XTablesOperation> removed = change.Changes.Removed.Count > 0 ? [new DeleteMembers(name, change.Changes.Removed)] : [];
        return added.Concat(removed);
    }

    private static IEnumerable<XTablesOperation> Replace(XTablesHeld held, XTablesRuleset actual, XTablesRuleset desired, IReadOnlyList<NamedSet> made)
    {
        var generations = held.Generations;
        foreach (var set in made)
        {
            var name = set.Schema.Name;
            var fresh = Generation(name, held.Generations.TryGetValue(name, out var used) ? [used] : []);
            generations = generations.SetItem(name, fresh);
            yield return new CreateAddressSet(fresh, set.Schema, set.Elements.Count);
            foreach (var operation in Filled(fresh, set))
                yield return operation;
        }

        foreach (var family in new[] { IpFamily.V4, IpFamily.V6 })
        {
            var table = desired.Of(family);
            if (held.IsTampered || actual.Of(family) != table || table.Sets().Intersect(made.Select(set => set.Schema.Name)).Any())
                yield return new ReplaceChains(family, table, generations);
        }

        foreach (var (set, name) in held.Generations)
        {
            if (!desired.Sets.ContainsKey(set) || generations[set] != name)
                yield return new DestroyAddressSet(name);
        }
    }

    private static IEnumerable<XTablesOperation> Filled(string name, NamedSet set) => set.Elements.Count == 0 ? [] : [new AddMembers(name, set.Elements)];

    private static string Generation(string set, IReadOnlyCollection<string> used) =>
        Enumerable.Range(0, 10).Select(number => string.Create(CultureInfo.InvariantCulture, $"{set}{GenerationMark}{number}")).First(name => !used.Contains(name));
}
