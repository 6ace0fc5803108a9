using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Every flow whose verdict differs between two states, as policy means it: modes of hosts, failsafes and what is realized are not looked
/// at. It is computed for groups of ends that policies treat alike and for whole ranges of ports, so that its cost depends on how many
/// groups there are and not on how many hosts; nothing is sampled.
/// </summary>
public sealed class ChangedFlows
{
    private readonly FlowMap _map;

    private ChangedFlows(FlowMap map, ImmutableArray<FlowChange> changes) => (_map, Changes) = (map, changes);

    /// <summary>The changes: newly allowed flows first. No flow is in two of them.</summary>
    public ImmutableArray<FlowChange> Changes { get; }

    /// <summary>Whether every flow has the verdict that it had.</summary>
    public bool IsEmpty => Changes.IsEmpty;

    /// <summary>All groups, also those that no change is about: hosts, then endpoints without agent, then blocks.</summary>
    public ImmutableArray<FlowGroup> Groups => _map.Groups;

    /// <summary>The group that an address belongs to; null for a loopback address.</summary>
    public FlowGroup? GroupOf(IpAddress address) => _map.GroupOf(address);

    /// <summary>Compares two states; what they share is not looked at twice, but neither needs to be made from the other.</summary>
    public static ChangedFlows Between(EngineState before, EngineState after)
    {
        var map = new FlowMap(before, after);
        return new(map, ReferenceEquals(before, after) ? [] : FlowMerge.Changes(map.Groups, Differences(map)));
    }

    private static IEnumerable<FlowDifference> Differences(FlowMap map)
    {
        var (before, after) = (new HalfVerdicts(), new HalfVerdicts());
        var known = new Dictionary<(TrafficSet, TrafficSet), (TrafficSet Allowed, TrafficSet Denied)>(TrafficPairs.Instance);
        for (var source = 0; source < map.Groups.Length; source++)
        {
            for (var destination = 0; destination < map.Groups.Length; destination++)
            {
                var (from, to) = (map.Groups[source], map.Groups[destination]);
                var v4 = Of(from, to, IpFamily.V4);
                var v6 = Of(from, to, IpFamily.V6);
                if (v4 is null || v6 is null || v4 == v6)
                {
                    if ((v4 ?? v6) is { } only)
                        yield return new(source, destination, null, only.Allowed, only.Denied);
                    continue;
                }

                yield return new(source, destination, IpFamily.V4, v4.Value.Allowed, v4.Value.Denied);
                yield return new(source, destination, IpFamily.V6, v6.Value.Allowed, v6.Value.Denied);
            }
        }

        (TrafficSet Allowed, TrafficSet Denied)? Of(FlowGroup from, FlowGroup to, IpFamily family)
        {
            if (from.SiteOf(family) is not { } source || to.SiteOf(family) is not { } destination)
                return null;
            var pair = (
                IsOneHost(from, to, source.HolderBefore, destination.HolderBefore) ? TrafficSet.All : before.Between(source.Before, destination.Before),
                IsOneHost(from, to, source.HolderAfter, destination.HolderAfter) ? TrafficSet.All : after.Between(source.After, destination.After));
            if (ReferenceEquals(pair.Item1, pair.Item2))
                return (TrafficSet.None, TrafficSet.None);
            if (!known.TryGetValue(pair, out var difference))
                known[pair] = difference = (pair.Item2.Except(pair.Item1), pair.Item1.Except(pair.Item2));
            return difference;
        }
    }

    private static bool IsOneHost(FlowGroup from, FlowGroup to, ResourceKey? source, ResourceKey? destination) => (source, destination) switch
    {
        ({ } one, { } other) => one == other,
        (null, null) => from.V4?.HolderBefore is null && from.V6?.HolderBefore is null && from.V4?.HolderAfter is null && from.V6?.HolderAfter is null
            && from.OnlyHost is { } only && only == to.OnlyHost,
        _ => false,
    };
}

/// <summary>What differs between two groups, by their places among all groups.</summary>
internal readonly record struct FlowDifference(int Source, int Destination, IpFamily? Family, TrafficSet Allowed, TrafficSet Denied);

/// <summary>Compares pairs of sets by instance: verdicts that are equal are one instance.</summary>
internal sealed class TrafficPairs : IEqualityComparer<(TrafficSet, TrafficSet)>
{
    public static TrafficPairs Instance { get; } = new();

    public bool Equals((TrafficSet, TrafficSet) x, (TrafficSet, TrafficSet) y) => ReferenceEquals(x.Item1, y.Item1) && ReferenceEquals(x.Item2, y.Item2);

    public int GetHashCode((TrafficSet, TrafficSet) obj) => HashCode.Combine(obj.Item1.GetHashCode(), obj.Item2.GetHashCode());
}
