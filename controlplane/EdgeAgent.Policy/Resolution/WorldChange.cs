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
    private readonly HashSet<Cidr> _touchedBlocks = [];
    private readonly CoverIndex.Builder _covers;
    private readonly ImmutableDictionary<string, TierResource> _tiers;
    private readonly List<Endpoint> _changedEndpoints = [];
    private ImmutableSortedSet<ResourceKey> _unmanaged;
    private bool _namespacesChanged;

    private WorldChange(World before, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        _before = before;
        _changes = changes;
        _namespaces = before.Namespaces.ToBuilder();
        _endpoints = before.Endpoints.ToBuilder();
        _covers = before.Covers.ToBuilder();
        _unmanaged = before.Unmanaged;
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
        _namespacesChanged = true;
        var hosts = _before.Members.Where(pair => pair.Key.Namespace is { } name && changed.Contains(name)).SelectMany(pair => pair.Value.Hosts);
        foreach (var key in hosts.Concat(_before.Unmanaged.Where(key => changed.Contains(key.Namespace))).Where(key => !_changes.ContainsKey(key)))
            Set(_before.Endpoints[key], Resolve(_before.Endpoints[key].Resource));
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

        _unmanaged = _unmanaged.Remove(endpoint.Key);
        foreach (var block in endpoint.Resource.Addresses)
        {
            _touchedBlocks.Add(block);
            _covers.Remove(block, endpoint.Key);
        }
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

        _unmanaged = _unmanaged.Add(endpoint.Key);
        foreach (var block in endpoint.Resource.Addresses)
        {
            _touchedBlocks.Add(block);
            _covers.Add(block, endpoint.Key);
        }
    }

    private WorldStep Finish()
    {
        var policies = PolicyTransition.Of(_before, _changes, _tiers);
        foreach (var (policy, times) in policies.Mentions)
        {
            foreach (var block in PolicyMatches.Blocks(policy))
                _covers.Mention(block, times);
        }

        new TouchedHosts(_before, policies.Labels, policies.PortNames, _covers.Changed).AddTo(_touchedHosts);
        var world = _before with
        {
            Namespaces = _namespaces.ToImmutable(),
            Endpoints = _endpoints.ToImmutable(),
            Unmanaged = _unmanaged,
            Tiers = _tiers,
            Policies = policies.Changes.Apply(_before.Policies),
            Vocabulary = policies.Vocabulary,
            Covers = _covers.Build(),
        };
        var everyClass = _namespacesChanged || policies.WordsChanged || (_covers.Changed.Count > 0 && !policies.Changes.IsNone);
        var (classified, moves) = Classification.Apply(_before, world, new(_touchedHosts, everyClass, _touchedBlocks, policies.Changes));
        return new(classified, _changedEndpoints, moves);
    }
}

/// <summary>A world that came of a change.</summary>
/// <param name="World">The world.</param>
/// <param name="Changed">Every endpoint that differs from before, as it was and as it is.</param>
/// <param name="Moves">How hosts moved between classes.</param>
internal sealed record WorldStep(World World, IReadOnlyCollection<Endpoint> Changed, HostMoves Moves);
