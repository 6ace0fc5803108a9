using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Carries a world from one set of resources to the next, looking again only at what the change can have touched.</summary>
internal sealed class WorldChange
{
    private readonly World _before;
    private readonly IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> _changes;
    private readonly ImmutableDictionary<string, NamespaceFacts>.Builder _namespaces;
    private readonly ImmutableSortedDictionary<ResourceKey, Endpoint>.Builder _endpoints;
    private readonly HashSet<ResourceKey> _touchedHosts = [];
    private readonly CoverIndex.Builder _covers;
    private ImmutableSortedSet<ResourceKey> _unmanaged;
    private Vocabulary _vocabulary;
    private ImmutableArray<PolicyNode> _policies;
    private readonly ImmutableDictionary<string, TierResource> _tiers;
    private readonly List<Endpoint> _changedEndpoints = [];
    private bool _unmanagedChanged;

    private WorldChange(World before, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        _before = before;
        _changes = changes;
        _namespaces = before.Namespaces.ToBuilder();
        _endpoints = before.Endpoints.ToBuilder();
        _covers = before.Covers.ToBuilder();
        _unmanaged = before.Unmanaged;
        _vocabulary = before.Vocabulary;
        _policies = before.Policies;
        _tiers = before.TiersAfter(changes);
    }

    /// <summary>The world after the changes.</summary>
    /// <param name="before">The world before.</param>
    /// <param name="changes">For each changed key, the resource before and after.</param>
    public static WorldStep Apply(World before, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        var change = new WorldChange(before, changes);
        change.ChangeNamespaces();
        change.ChangeEndpoints();
        change.ChangePolicies();
        return change.Finish();
    }

    private IEnumerable<(T? Old, T? New)> Changed<T>()
        where T : Resource =>
        _changes.Values.Where(pair => pair.Old is T || pair.New is T).Select(pair => (pair.Old as T, pair.New as T));

    private void ChangeNamespaces()
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (old, declared) in Changed<NamespaceResource>())
        {
            var name = (declared ?? old)!.Key.Name;
            var before = _before.Namespace(name);
            var after = NamespaceFacts.Of(name, declared);
            if (before.Labels.Equals(after.Labels) && before.Bookend == after.Bookend)
                continue;
            _namespaces[name] = after;
            changed.Add(name);
        }

        if (changed.Count == 0)
            return;
        foreach (var (key, endpoint) in _before.Endpoints)
        {
            if (endpoint.Namespace is { } place && changed.Contains(place.Name) && !_changes.ContainsKey(key))
                Set(endpoint, Resolve(endpoint.Resource));
        }
    }

    private void ChangeEndpoints()
    {
        foreach (var (old, _) in Changed<EndpointResource>())
        {
            if (old is not null)
                Remove(_before.Endpoints[old.Key]);
        }

        foreach (var (_, resource) in Changed<EndpointResource>())
        {
            if (resource is not null)
                Add(Resolve(resource));
        }
    }

    private Endpoint Resolve(EndpointResource resource)
    {
        var name = resource.Key.Namespace;
        if (name.Length == 0)
            return Endpoint.Of(resource, null);
        if (!_namespaces.TryGetValue(name, out var place))
            _namespaces[name] = place = NamespaceFacts.Of(name, null);
        return Endpoint.Of(resource, place);
    }

    private void Set(Endpoint before, Endpoint after)
    {
        Remove(before);
        Add(after);
    }

    private void Remove(Endpoint endpoint)
    {
        _endpoints.Remove(endpoint.Key);
        _changedEndpoints.Add(endpoint);
        if (endpoint.IsManaged)
        {
            _touchedHosts.Add(endpoint.Key);
            return;
        }

        _unmanagedChanged = true;
        _unmanaged = _unmanaged.Remove(endpoint.Key);
        foreach (var block in endpoint.Resource.Addresses)
            _covers.Remove(block, endpoint.Key);
    }

    private void Add(Endpoint endpoint)
    {
        _endpoints[endpoint.Key] = endpoint;
        _changedEndpoints.Add(endpoint);
        if (endpoint.IsManaged)
        {
            _touchedHosts.Add(endpoint.Key);
            return;
        }

        _unmanagedChanged = true;
        _unmanaged = _unmanaged.Add(endpoint.Key);
        foreach (var block in endpoint.Resource.Addresses)
            _covers.Add(block, endpoint.Key);
    }

    private void ChangePolicies()
    {
        var tiers = _tiers;
        var gone = new HashSet<ResourceKey>();
        var added = new List<PolicyResource>();
        foreach (var (key, (old, resource)) in _changes)
        {
            if (PolicyOf(old) is { } before)
            {
                gone.Add(key);
                Count(before, -1);
            }

            if (PolicyOf(resource) is { } after)
            {
                added.Add(after);
                Count(after, 1);
            }
        }

        var tiersChanged = tiers != _before.Tiers;
        if (gone.Count == 0 && added.Count == 0 && !tiersChanged)
            return;
        _policies = _before.Policies
            .Where(node => !gone.Contains(node.Resource.Key))
            .Select(node => tiersChanged ? new PolicyNode(node.Resource, tiers[node.Resource.Tier]) : node)
            .Concat(added.Select(policy => new PolicyNode(policy, tiers[policy.Tier])))
            .Order()
            .ToImmutableArray();
    }

    private static PolicyResource? PolicyOf(Resource? resource) => resource switch
    {
        PolicyResource policy => policy,
        NamespaceResource declared => NamespaceFacts.IsolationPolicy(declared),
        _ => null,
    };

    private void Count(PolicyResource policy, int times)
    {
        _vocabulary = _vocabulary.With(policy, times);
        foreach (var block in PolicyMatches.Blocks(policy))
            _covers.Mention(block, times);
    }

    private WorldStep Finish()
    {
        var world = _before with
        {
            Namespaces = _namespaces.ToImmutable(),
            Endpoints = _endpoints.ToImmutable(),
            Unmanaged = _unmanaged,
            Tiers = _tiers,
            Policies = _policies,
            Vocabulary = _vocabulary,
            Covers = _covers.Build(),
        };
        var everyHost = _covers.BlocksChanged || !_vocabulary.HasSameWords(_before.Vocabulary);
        var everyClass = everyHost || _unmanagedChanged || _policies != _before.Policies || Changed<NamespaceResource>().Any();
        return new(Classification.Apply(_before, world, everyHost ? null : _touchedHosts, everyClass), _changedEndpoints);
    }
}

/// <summary>A world that came of a change.</summary>
/// <param name="World">The world.</param>
/// <param name="Changed">Every endpoint that differs from before, as it was and as it is.</param>
internal sealed record WorldStep(World World, IReadOnlyCollection<Endpoint> Changed);
