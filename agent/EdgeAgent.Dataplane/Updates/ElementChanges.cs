namespace EdgeAgent.Dataplane;

/// <summary>The elements that one table lacks of another.</summary>
/// <param name="Removed">Elements that are gone, or carry something else now.</param>
/// <param name="Added">Elements that are new, or carry something else now.</param>
internal sealed record ElementChanges(ElementTable Removed, ElementTable Added)
{
    public static ElementChanges Between(SetSchema schema, ElementTable from, ElementTable to)
    {
        if (ReferenceEquals(from, to) || from.Equals(to))
            return new(ElementTable.Empty(schema), ElementTable.Empty(schema));
        var removed = new ElementTable.Builder(schema);
        var added = new ElementTable.Builder(schema);
        var (i, j) = (0, 0);
        while (i < from.Count || j < to.Count)
        {
            var order = i == from.Count ? 1 : j == to.Count ? -1 : from.Key(i).SequenceCompareTo(to.Key(j));
            if (order == 0 && from.LastKey(i).SequenceEqual(to.LastKey(j)) && Equals(from.Value(i), to.Value(j)))
            {
                i++;
                j++;
                continue;
            }

            if (order <= 0)
                Copy(from, i++, removed);
            if (order >= 0)
                Copy(to, j++, added);
        }

        return new(removed.Build(), added.Build());
    }

    /// <summary>Of the removed elements of an exact set, those whose keys others take, or the rest.</summary>
    public ElementTable RemovedOf(SetSchema schema, bool isReplaced)
    {
        var chosen = new ElementTable.Builder(schema);
        for (var i = 0; i < Removed.Count; i++)
        {
            if (Added.IndexOf(Removed.Key(i)) >= 0 == isReplaced)
                Copy(Removed, i, chosen);
        }

        return chosen.Build();
    }

    private static void Copy(ElementTable from, int index, ElementTable.Builder into) => into.Add(from.Key(index), from.LastKey(index), from.Value(index));
}
