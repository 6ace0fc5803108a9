using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>Adds and deletes elements as the kernel's hash and interval sets do.</summary>
internal static class ElementMemory
{
    public static ElementTable Add(NamedSet set, ElementTable added, Func<string, string, KernelRefusalException> refuse)
    {
        var result = new ElementTable.Builder(set.Schema);
        for (var i = 0; i < set.Elements.Count; i++)
            result.Add(set.Elements.Key(i), set.Elements.LastKey(i), set.Elements.Value(i));
        for (var i = 0; i < added.Count; i++)
        {
            var there = set.Elements.IndexOf(added.Key(i));
            if (there >= 0 && !(Same(set.Elements, there, added, i) && Equals(set.Elements.Value(there), added.Value(i))))
                throw refuse("EEXIST", $"element {i} is there with other content, or overlaps");
            if (there < 0)
                result.Add(added.Key(i), added.LastKey(i), added.Value(i));
        }

        if (set.Schema.Size > 0 && result.Count > set.Schema.Size)
            throw refuse("ENFILE", $"{result.Count} elements do not fit in {set.Schema.Size}");
        var table = result.Build();
        for (var i = 1; i < table.Count; i++)
        {
            if (table.LastKey(i - 1).SequenceCompareTo(table.Key(i)) >= 0)
                throw refuse("EEXIST", "intervals overlap");
        }

        return table;
    }

    public static ElementTable Delete(NamedSet set, ElementTable deleted, Func<string, string, KernelRefusalException> refuse)
    {
        var gone = new HashSet<int>();
        for (var i = 0; i < deleted.Count; i++)
        {
            var there = set.Elements.IndexOf(deleted.Key(i));
            if (there < 0 || !Same(set.Elements, there, deleted, i) || !gone.Add(there))
                throw refuse("ENOENT", $"element {i} is not there");
        }

        var result = new ElementTable.Builder(set.Schema);
        for (var i = 0; i < set.Elements.Count; i++)
        {
            if (!gone.Contains(i))
                result.Add(set.Elements.Key(i), set.Elements.LastKey(i), set.Elements.Value(i));
        }

        return result.Build();
    }

    private static bool Same(ElementTable left, int i, ElementTable right, int j) =>
        left.Key(i).SequenceEqual(right.Key(j)) && left.LastKey(i).SequenceEqual(right.LastKey(j));
}
