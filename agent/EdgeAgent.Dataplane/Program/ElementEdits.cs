using System.Buffers.Binary;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// What changes in the elements of sets with address keys: for each place what was there and what is to be there. What comes and
/// goes again is no change.
/// </summary>
internal sealed class ElementEdits
{
    private readonly Dictionary<string, (SetSchema Schema, Dictionary<UInt128, Edit> Edits)> _sets = new(StringComparer.Ordinal);

    private readonly record struct Content(UInt128 Last, ElementValue Value);

    private readonly record struct Edit(Content? Before, Content? After);

    /// <summary>The names of the sets that change.</summary>
    public IReadOnlyCollection<string> Sets => _sets.Keys;

    /// <summary>
    /// Whether packets can meet all edits at once: the kernel shows changed interval sets later than all else, so that one may change alone only.
    /// </summary>
    public bool AreSafeTogether
    {
        get
        {
            var changed = _sets.Values.Where(set => set.Edits.Count > 0).ToList();
            return changed.Count <= 1 || changed.TrueForAll(set => !set.Schema.Intervals);
        }
    }

    /// <summary>Forgets all edits.</summary>
    public void Clear() => _sets.Clear();

    /// <summary>Takes an element out.</summary>
    public void Remove(SetSchema schema, PeerRange element) => Set(schema, element.First, new(element.Last, element.Value!), null);

    /// <summary>Puts an element in.</summary>
    public void Add(SetSchema schema, PeerRange element) => Set(schema, element.First, null, new(element.Last, element.Value!));

    /// <summary>The operations: what goes, then what comes.</summary>
    public IEnumerable<Operation> Operations()
    {
        foreach (var (schema, edits) in _sets.Values)
        {
            if (Table(schema, edits, edit => edit.Before) is { Count: > 0 } removed)
                yield return new DeleteElements(schema, removed);
        }

        foreach (var (schema, edits) in _sets.Values)
        {
            if (Table(schema, edits, edit => edit.After) is { Count: > 0 } added)
                yield return new AddElements(schema, added);
        }
    }

    /// <summary>The elements of a set after the change.</summary>
    public ElementTable Applied(NamedSet set)
    {
        var (schema, edits) = _sets[set.Schema.Name];
        return set.Elements.With(Table(schema, edits, edit => edit.Before), Table(schema, edits, edit => edit.After));
    }

    /// <summary>Adds later edits to these.</summary>
    public void Append(ElementEdits later)
    {
        foreach (var (schema, edits) in later._sets.Values)
        {
            foreach (var (first, edit) in edits)
                Set(schema, first, edit.Before, edit.After);
        }
    }

    private void Set(SetSchema schema, UInt128 first, Content? known, Content? after)
    {
        if (!_sets.TryGetValue(schema.Name, out var set))
            _sets.Add(schema.Name, set = (schema, []));
        var edit = set.Edits.TryGetValue(first, out var earlier) ? earlier with { After = after } : new(known, after);
        if (edit.Before == edit.After)
            set.Edits.Remove(first);
        else
            set.Edits[first] = edit;
    }

    private static ElementTable Table(SetSchema schema, Dictionary<UInt128, Edit> edits, Func<Edit, Content?> side)
    {
        var table = new ElementTable.Builder(schema);
        Span<byte> first = stackalloc byte[16];
        Span<byte> last = stackalloc byte[16];
        foreach (var (start, edit) in edits)
        {
            if (side(edit) is not { } content)
                continue;
            BinaryPrimitives.WriteUInt128BigEndian(first, start);
            BinaryPrimitives.WriteUInt128BigEndian(last, content.Last);
            table.Add(first[^schema.KeyLength..], last[^schema.KeyLength..], content.Value);
        }

        return table.Build();
    }
}
