using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>How far one policy is realized.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Hosts">How many hosts have rules that depend on it, at either end of its flows.</param>
/// <param name="Missing">Those of them that are not proven to hold its present form.</param>
internal sealed record PolicySpan(ResourceKey Policy, int Hosts, IReadOnlyList<HostName> Missing);

/// <summary>Works out how far policies are realized.</summary>
internal static class PolicySpans
{
    /// <summary>Policies with their spans, by key.</summary>
    /// <param name="state">The state.</param>
    /// <param name="board">Where the hosts stand.</param>
    /// <param name="asked">Which policies; null for all.</param>
    public static IReadOnlyList<PolicySpan> Of(FleetState state, StatusBoard board, IReadOnlySet<ResourceKey>? asked = null)
    {
        var spans = new SortedDictionary<ResourceKey, Counted>();
        foreach (var key in state.Declared.Values.Select(stored => stored.Resource.Model).OfType<PolicyResource>().Select(policy => policy.Key).Where(IsAsked))
            SpanOf(key);
        var named = new Dictionary<SharedPolicy, List<Counted>>();
        foreach (var (host, resource) in state.Hosts)
        {
            var policy = state.Policies.SharedPolicyOf(resource)!;
            if (!named.TryGetValue(policy, out var counted))
                named[policy] = counted = [.. Named(policy.Policy).Where(key => IsAsked(key) && state.Find(key) is not null).Select(SpanOf)];
            if (counted.Count == 0)
                continue;
            var entry = board.Find(host);
            foreach (var span in counted)
                span.Count(host, entry);
        }

        return [.. spans.Select(span => span.Value.Done())];

        bool IsAsked(ResourceKey key) => asked is null || asked.Contains(key);

        Counted SpanOf(ResourceKey key)
        {
            if (!spans.TryGetValue(key, out var span))
                spans[key] = span = new(state, key);
            return span;
        }
    }

    private static IEnumerable<ResourceKey> Named(HostPolicy policy) => policy.AllStages()
        .SelectMany(stage => stage.Branches)
        .SelectMany(branch => branch.Blocks)
        .SelectMany(block => block.Rules.Select(rule => rule.Policy).Append(block.EndPolicy))
        .Where(reference => reference.Kind is { Length: > 0 })
        .Select(reference => new ResourceKey(reference.Kind, reference.Namespace, reference.Name))
        .Distinct();

    private sealed class Counted(FleetState state, ResourceKey policy)
    {
        private readonly Revision _present = state.Find(policy)?.Revision ?? Revision.Zero;
        private readonly List<HostName> _missing = [];
        private int _hosts;

        public void Count(HostName host, HostEntry? entry)
        {
            _hosts++;
            if (entry is not { State: HostState.Realized } || entry.Realized < _present)
                _missing.Add(host);
        }

        public PolicySpan Done() => new(policy, _hosts, _missing);
    }
}
