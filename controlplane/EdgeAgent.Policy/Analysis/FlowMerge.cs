using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Puts flows between pairs of groups together: sources that do the same to a destination, then destinations of the same sources.</summary>
internal static class FlowMerge
{
    /// <summary>The changes that some differences amount to.</summary>
    public static ImmutableArray<FlowChange> Changes(ImmutableArray<FlowGroup> groups, IEnumerable<FlowDifference> differences)
    {
        var flows = differences.SelectMany(difference => new[]
        {
            (Key: (IsAllowed: true, difference.Family, difference.Allowed), difference.Source, difference.Destination),
            (Key: (IsAllowed: false, difference.Family, difference.Denied), difference.Source, difference.Destination),
        });
        return
        [
            .. Merge(flows.Where(flow => !flow.Key.Item3.IsNone))
                .OrderByDescending(merged => merged.Key.IsAllowed)
                .ThenBy(merged => merged.Destinations[0])
                .ThenBy(merged => merged.Sources[0])
                .Select(merged => new FlowChange(merged.Key.IsAllowed, Groups(merged.Sources), Groups(merged.Destinations), merged.Key.Family, merged.Key.Item3)),
        ];

        ImmutableArray<FlowGroup> Groups(int[] places) => [.. places.Select(place => groups[place])];
    }

    /// <summary>Rectangles of sources and destinations that hold exactly the given pairs, for each key apart.</summary>
    public static IEnumerable<(TKey Key, int[] Sources, int[] Destinations)> Merge<TKey>(IEnumerable<(TKey Key, int Source, int Destination)> flows)
        where TKey : notnull
    {
        var sources = new Dictionary<(TKey Key, int Destination), List<int>>();
        foreach (var (key, source, destination) in flows)
            (CollectionsMarshal.GetValueRefOrAddDefault(sources, (key, destination), out _) ??= []).Add(source);
        return sources
            .GroupBy(column => (column.Key.Key, Sources: new EquatableArray<int>([.. column.Value])))
            .Select(alike => (alike.Key.Key, alike.Key.Sources.Items.ToArray(), alike.Select(column => column.Key.Destination).Order().ToArray()));
    }
}
