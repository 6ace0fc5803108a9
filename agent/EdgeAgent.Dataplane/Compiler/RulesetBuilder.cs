using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Gathers the parts of a table while it is compiled.</summary>
internal sealed class RulesetBuilder(CompileOptions options)
{
    private readonly HashSet<string> _counters = new(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<string, NamedSet>.Builder _sets = Ruleset.Empty.Sets.ToBuilder();
    private readonly ImmutableSortedDictionary<string, Chain>.Builder _chains = Ruleset.Empty.Chains.ToBuilder();
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private long _elements;

    /// <summary>Claims a chain's name; a second claimant gets another one.</summary>
    public string ChainName(string wanted)
    {
        var name = wanted;
        for (var i = 2; !_taken.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{i}");
        return name;
    }

    public void AddChain(string name, IEnumerable<ChainRule> rules, Hook? hook = null) =>
        _chains.Add(name, new(name, hook is { } at ? new(at, options.HookPriority) : null, rules.ToEquatableArray()));

    /// <summary>The step that counts in a named counter.</summary>
    public Count Count(string counter)
    {
        _counters.Add(counter);
        return new(counter);
    }

    public CounterValue CounterValue(string counter)
    {
        _counters.Add(counter);
        return new(counter);
    }

    /// <summary>Adds a hash set or map of the right size, which its full name tells.</summary>
    public SetSchema AddHash(string name, SetKind kind, EquatableArray<KeyField> key, int elements, uint leastSize, Action<ElementTable.Builder> fill)
    {
        var size = Math.Max(leastSize, SetSizes.For(elements, options.SizesInUse.GetValueOrDefault(name)));
        return Add(new SetSchema(leastSize == 0 ? SetSizes.Name(name, size) : name, kind, key) { Size = size }, elements, fill);
    }

    /// <summary>Adds an interval set or map.</summary>
    public SetSchema AddIntervals(string name, SetKind kind, KeyField key, int elements, Action<ElementTable.Builder> fill) =>
        Add(new SetSchema(name, kind, [key]) { Intervals = true }, elements, fill);

    /// <summary>The elements of all sets.</summary>
    public long ElementCount => _elements;

    public Ruleset Build() => new()
    {
        Counters = _counters.ToImmutableSortedSet(StringComparer.Ordinal),
        Sets = _sets.ToImmutable(),
        Chains = _chains.ToImmutable(),
    };

    private SetSchema Add(SetSchema schema, int elements, Action<ElementTable.Builder> fill)
    {
        if ((_elements += elements) > options.MaxElements)
            throw new UncompilablePolicyException($"{schema.Name} is one too many: the sets would hold more than {options.MaxElements} elements");
        var table = new ElementTable.Builder(schema, elements);
        fill(table);
        _sets.Add(schema.Name, new(schema, table.Build()));
        return schema;
    }
}
