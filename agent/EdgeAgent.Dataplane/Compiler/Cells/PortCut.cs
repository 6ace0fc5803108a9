using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Cuts port ranges at each other's borders.</summary>
internal static class PortCut
{
    /// <summary>Disjoint ascending ranges, each with the ascending numbers of the items that cover all of it.</summary>
    public static IEnumerable<(PortRange Ports, int[] Items)> Cut(IEnumerable<(PortRange Ports, int Item)> ranges)
    {
        var borders = new SortedDictionary<int, List<(int Item, int Change)>>();
        foreach (var (ports, item) in ranges)
        {
            At(ports.First).Add((item, 1));
            At(ports.Last + 1).Add((item, -1));
        }

        var open = new SortedDictionary<int, int>();
        var first = 0;
        foreach (var (border, changes) in borders)
        {
            if (open.Count > 0)
                yield return (new((ushort)first, (ushort)(border - 1)), [.. open.Keys]);
            foreach (var (item, change) in changes)
            {
                var depth = open.GetValueOrDefault(item) + change;
                if (depth == 0)
                    open.Remove(item);
                else
                    open[item] = depth;
            }

            first = border;
        }

        List<(int, int)> At(int border)
        {
            if (!borders.TryGetValue(border, out var changes))
                borders.Add(border, changes = []);
            return changes;
        }
    }
}
