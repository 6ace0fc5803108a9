using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Turns sets and maps of addresses into address sets: one for each counter of a map, since a rule counts what it matches as a whole.
/// </summary>
internal sealed class SetLowering(Ruleset ruleset, XTablesNames names)
{
    private readonly Dictionary<(string Set, int Length), IReadOnlyList<LoweredSet>> _lowered = [];
    private readonly ImmutableSortedDictionary<string, NamedSet>.Builder _sets = XTablesRuleset.Empty.Sets.ToBuilder();

    /// <summary>The address sets that a set or map comes to, in the order of their counters; only of members in it.</summary>
    /// <param name="set">Its name.</param>
    /// <param name="prefixLength">The bits of the address that are looked up in it.</param>
    public IReadOnlyList<LoweredSet> Of(string set, int prefixLength)
    {
        if (!_lowered.TryGetValue((set, prefixLength), out var lowered))
            _lowered.Add((set, prefixLength), lowered = Lower(ruleset.Sets[set], prefixLength));
        return lowered;
    }

    /// <summary>The names of all sets so far.</summary>
    public IEnumerable<string> Names => _sets.Keys;

    public ImmutableSortedDictionary<string, NamedSet> Build() => _sets.ToImmutable();

    private List<LoweredSet> Lower(NamedSet set, int prefixLength)
    {
        if (set.Schema.Key is not [KeyField.Ipv4Address or KeyField.Ipv6Address])
            throw Loaded.Wordless($"the key of {set.Schema.Name}");
        var family = set.Schema.Key[0] == KeyField.Ipv4Address ? IpFamily.V4 : IpFamily.V6;
        var asBlocks = set.Schema.Intervals || prefixLength < (family == IpFamily.V4 ? 32 : 128);
        var readable = SetSizes.WithoutGeneration(set.Schema.Name);
        var byCounter = new SortedDictionary<string, ElementTable.Builder>(StringComparer.Ordinal);
        var last = ("", (ElementTable.Builder?)null);
        for (var i = 0; i < set.Elements.Count; i++)
        {
            var counter = (set.Elements.Value(i) as CounterValue)?.Counter ?? "";
            if (last.Item2 is null || last.Item1 != counter)
            {
                if (!byCounter.TryGetValue(counter, out var members))
                    byCounter.Add(counter, members = new(Schema(Name(readable, prefixLength, counter), family, asBlocks)));
                last = (counter, members);
            }

            if (asBlocks)
                AddBlocks(last.Item2!, family, set.Elements.Key(i), set.Elements.LastKey(i), set.Schema.Intervals ? null : prefixLength);
            else
                last.Item2!.Add(set.Elements.Key(i));
        }

        return [.. byCounter.Select(members => Add(new(Schema(Name(readable, prefixLength, members.Key), family, asBlocks), members.Value.Build()), members.Key))];
    }

    private LoweredSet Add(NamedSet set, string counter)
    {
        _sets.Add(set.Schema.Name, set);
        return new(set.Schema.Name, counter.Length == 0 ? null : counter);
    }

    private string Name(string set, int prefixLength, string counter) =>
        names.Set(set, string.Create(CultureInfo.InvariantCulture, $"{prefixLength} {counter}"));

    private static SetSchema Schema(string name, IpFamily family, bool asBlocks) =>
        new(name, SetKind.Set, [family == IpFamily.V4 ? KeyField.Ipv4Address : KeyField.Ipv6Address]) { Intervals = asBlocks, Size = XTablesRuleset.MaxMembers };

    private static void AddBlocks(ElementTable.Builder members, IpFamily family, ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, int? prefixLength)
    {
        var from = IpAddress.FromBytes(first);
        IEnumerable<Cidr> blocks = prefixLength is { } length ? [new Cidr(from, length)] : CidrSet.FromRanges([new(family, from.Bits, IpAddress.FromBytes(last).Bits)]);
        Span<byte> low = stackalloc byte[first.Length];
        Span<byte> high = stackalloc byte[first.Length];
        foreach (var block in blocks.SelectMany(Storable))
        {
            block.Network.WriteTo(low);
            block.Last.WriteTo(high);
            members.Add(low, high, null);
        }
    }

    // hash:net has no block of length 0.
    private static IEnumerable<Cidr> Storable(Cidr block) => block.Length > 0
        ? [block]
        : [new Cidr(block.Network, 1), new Cidr(block.Network with { Bits = UInt128.One << (block.Network.Width - 1) }, 1)];
}

/// <summary>An address set that a set or map came to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Counter">The counter that counts packets of its members; null for none.</param>
internal sealed record LoweredSet(string Name, string? Counter);
