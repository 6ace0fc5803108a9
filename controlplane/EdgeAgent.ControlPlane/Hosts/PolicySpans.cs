using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>How far one policy is realized.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Hosts">The hosts whose rules depend on it, at either end of its flows.</param>
/// <param name="Missing">Those of them that are not proven to hold its present form.</param>
internal sealed record PolicySpan(ResourceKey Policy, IReadOnlyList<HostName> Hosts, IReadOnlyList<HostName> Missing);

/// <summary>Works out how far every policy is realized.</summary>
internal static class PolicySpans
{
    /// <summary>All policies with their spans, by key.</summary>
    public static IReadOnlyList<PolicySpan> Of(FleetState state, StatusBoard board)
    {
        var spans = new SortedDictionary<ResourceKey, List<HostName>>();
        foreach (var key in state.Declared.Values.Select(stored => stored.Resource.Model).OfType<PolicyResource>().Select(policy => policy.Key))
            spans[key] = [];
        var named = new Dictionary<SharedPolicy, List<ResourceKey>>();
        foreach (var host in state.Hosts.Keys)
        {
            var policy = state.PolicyOf(host)!;
            if (!named.TryGetValue(policy, out var keys))
                named[policy] = keys = [.. Named(policy.Policy).Where(key => state.Find(key) is not null)];
            foreach (var key in keys)
            {
                if (!spans.TryGetValue(key, out var hosts))
                    spans[key] = hosts = [];
                hosts.Add(host);
            }
        }

        var entries = board.All().ToDictionary(entry => entry.Host);
        return [.. spans.Select(span => new PolicySpan(span.Key, span.Value, [.. span.Value.Where(host => !IsRealized(state, span.Key, entries.GetValueOrDefault(host)))]))];
    }

    private static bool IsRealized(FleetState state, ResourceKey policy, HostEntry? entry) =>
        entry is { State: HostState.Realized } && entry.Realized >= (state.Find(policy)?.Revision ?? Revision.Zero);

    private static IEnumerable<ResourceKey> Named(HostPolicy policy) => policy.AllStages()
        .SelectMany(stage => stage.Branches)
        .SelectMany(branch => branch.Blocks)
        .SelectMany(block => block.Rules.Select(rule => rule.Policy).Append(block.EndPolicy))
        .Where(reference => reference.Kind is { Length: > 0 })
        .Select(reference => new ResourceKey(reference.Kind, reference.Namespace, reference.Name))
        .Distinct();
}
