using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>
/// Sets and chains as the kernel keeps them: sets by name, each change by itself, a set that rules look at cannot be destroyed.
/// </summary>
public sealed class FakeXTablesKernel
{
    private readonly Dictionary<string, NamedSet> _sets = new(StringComparer.Ordinal);
    private readonly FilterTable[] _tables = [FilterTable.Empty, FilterTable.Empty];
    private bool _hasStampSet;
    private Stamp? _stamp;

    /// <summary>What it holds, as it would be read back.</summary>
    public XTablesHeld Held => XTablesHeld.Of(_sets, _tables[0], _tables[1], _hasStampSet, _stamp, isTampered: false);

    /// <summary>Applies operations one by one, members one by one.</summary>
    /// <param name="operations">The operations.</param>
    /// <param name="between">Told after each step what packets are decided by.</param>
    public void Apply(IEnumerable<XTablesOperation> operations, Action<XTablesRuleset>? between = null)
    {
        foreach (var operation in operations)
        {
            foreach (var step in Steps(operation))
            {
                Apply(step);
                between?.Invoke(Held.Content ?? XTablesRuleset.Empty);
            }
        }
    }

    /// <summary>Adds a set that no rule looks at, as a process that died half-way leaves it.</summary>
    public void Leave(NamedSet set) => _sets.Add(set.Schema.Name, set);

    private IEnumerable<XTablesOperation> Steps(XTablesOperation operation) => operation switch
    {
        // Of a set that no rule looks at the order is of no interest.
        AddMembers add when IsLookedAt(add.Name) => Singles(_sets[add.Name].Schema, add.Members).Select(one => add with { Members = one }),
        DeleteMembers delete when IsLookedAt(delete.Name) => Singles(_sets[delete.Name].Schema, delete.Members).Select(one => delete with { Members = one }),
        _ => [operation],
    };

    private void Apply(XTablesOperation operation)
    {
        switch (operation)
        {
            case CreateAddressSet create:
                _sets.Add(create.Name, new(create.Schema with { Name = create.Name }, ElementTable.Empty(create.Schema)));
                break;
            case AddMembers add:
                Change(add.Name, add.Members, keep: true);
                break;
            case DeleteMembers delete:
                Change(delete.Name, delete.Members, keep: false);
                break;
            case SwapAddressSets swap:
                var (one, other) = (_sets[swap.Name], _sets[swap.Other]);
                if (one.Schema with { Name = "" } != other.Schema with { Name = "" })
                    throw new InvalidRulesetException($"{swap}: they differ in kind");
                _sets[swap.Name] = other with { Schema = one.Schema };
                _sets[swap.Other] = one with { Schema = other.Schema };
                break;
            case DestroyAddressSet { Name: XTablesDiffer.StampSet }:
                _hasStampSet = false;
                break;
            case DestroyAddressSet destroy:
                if (IsLookedAt(destroy.Name) || !_sets.Remove(destroy.Name))
                    throw new InvalidRulesetException($"{destroy}: a rule looks at it, or it is not there");
                break;
            case WriteStamp write:
                if (write.Create == _hasStampSet)
                    throw new InvalidRulesetException($"{write}: its set is {(_hasStampSet ? "" : "not ")}there");
                (_hasStampSet, _stamp) = (true, write.Stamp);
                break;
            case ReplaceChains replace:
                var table = replace.Table.WithSets(set => replace.Generations[set]);
                if (table.Sets().FirstOrDefault(set => !_sets.ContainsKey(set)) is { } missing)
                    throw new InvalidRulesetException($"{replace}: there is no set {missing}");
                _tables[replace.Family == IpFamily.V4 ? 0 : 1] = table;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "no such operation");
        }
    }

    private void Change(string name, ElementTable members, bool keep)
    {
        var set = _sets[name];
        var wanted = new SortedDictionary<string, (byte[] First, byte[] Last)>(StringComparer.Ordinal);
        foreach (var (key, member) in Members(set.Elements))
            wanted[key] = member;
        foreach (var (key, member) in Members(members))
        {
            if (keep)
                wanted[key] = member;
            else
                wanted.Remove(key);
        }

        var builder = new ElementTable.Builder(set.Schema, wanted.Count);
        foreach (var (first, last) in wanted.Values)
            builder.Add(first, last, null);
        _sets[name] = set with { Elements = builder.Build() };
    }

    private static IEnumerable<(string Key, (byte[] First, byte[] Last) Member)> Members(ElementTable table)
    {
        for (var i = 0; i < table.Count; i++)
            yield return (Convert.ToHexString(table.Key(i)) + Convert.ToHexString(table.LastKey(i)), (table.Key(i).ToArray(), table.LastKey(i).ToArray()));
    }

    private static IEnumerable<ElementTable> Singles(SetSchema schema, ElementTable members)
    {
        foreach (var (_, (first, last)) in Members(members))
        {
            var builder = new ElementTable.Builder(schema, 1);
            builder.Add(first, last, null);
            yield return builder.Build();
        }
    }

    private bool IsLookedAt(string set) => _tables.Any(table => table.Sets().Contains(set));
}
