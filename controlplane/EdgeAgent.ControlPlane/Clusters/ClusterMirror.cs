using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>
/// What a cluster's API server has, as far as it has been told, and what of it changed since it was last asked. Safe to use from any thread.
/// Nothing is given out before all kinds were read once: policies without the pods that they name would cut what is allowed.
/// </summary>
/// <param name="owner">The cluster, as documents name it.</param>
/// <param name="kinds">The kinds that are read, in order.</param>
/// <param name="changed">Set when there is something new.</param>
internal sealed class ClusterMirror(string owner, IReadOnlyList<string> kinds, WakeUp changed)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<ResourceKey, MirroredObject>> _objects = kinds.ToDictionary(kind => kind, _ => new Dictionary<ResourceKey, MirroredObject>(), StringComparer.Ordinal);
    private readonly HashSet<string> _undecided = [.. kinds];
    private readonly HashSet<string> _read = [];
    private HashSet<ResourceKey> _changed = [];
    private HashSet<string> _whole = [];

    /// <summary>The cluster, as documents name it.</summary>
    public string Owner => owner;

    /// <summary>The object of a key; null for none that counts.</summary>
    public MirroredObject? Find(ResourceKey key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key.Kind)?.GetValueOrDefault(key);
    }

    /// <summary>What is refused, and why.</summary>
    public IReadOnlyList<(ResourceKey Key, string Reason)> Refused()
    {
        lock (_lock)
            return [.. _objects.Values.SelectMany(objects => objects.Values).Where(item => item.Refusal is not null).Select(item => (item.Key, item.Refusal!))];
    }

    /// <summary>How many objects there are of a kind.</summary>
    public int Count(string kind)
    {
        lock (_lock)
            return _objects[kind].Count;
    }

    /// <summary>All objects of a kind were read.</summary>
    public void Replace(string kind, IEnumerable<MirroredObject> items)
    {
        lock (_lock)
        {
            var objects = items.Where(item => item.Counts).ToDictionary(item => item.Key);
            foreach (var (key, known) in _objects[kind])
            {
                if (objects.TryGetValue(key, out var item) && item.Text == known.Text)
                    objects[key] = known;
            }

            _objects[kind] = objects;
            _read.Add(kind);
            _whole.Add(kind);
            Decide(kind);
        }

        changed.Set();
    }

    /// <summary>The server does not have a kind; what it had of it stays.</summary>
    public void Decided(string kind)
    {
        lock (_lock)
            Decide(kind);
        changed.Set();
    }

    /// <summary>An object is new or another.</summary>
    public void Set(MirroredObject item)
    {
        if (!item.Counts)
        {
            Remove(item.Key);
            return;
        }

        lock (_lock)
        {
            var objects = _objects[item.Key.Kind];
            if (objects.TryGetValue(item.Key, out var known) && known.Text == item.Text)
                return;
            objects[item.Key] = item;
            _changed.Add(item.Key);
        }

        changed.Set();
    }

    /// <summary>An object is gone.</summary>
    public void Remove(ResourceKey key)
    {
        lock (_lock)
        {
            if (!_objects[key.Kind].Remove(key))
                return;
            _changed.Add(key);
        }

        changed.Set();
    }

    /// <summary>Looks at everything again: what the store has is to be what the server has.</summary>
    public void Doubt()
    {
        lock (_lock)
            _whole.UnionWith(_read);
        changed.Set();
    }

    /// <summary>Looks at some objects again.</summary>
    public void Doubt(MirrorChanges changes, IEnumerable<ResourceKey> keys)
    {
        lock (_lock)
        {
            _changed.UnionWith(changes.Keys);
            _changed.UnionWith(keys);
            _whole.UnionWith(changes.Kinds);
        }
    }

    /// <summary>What changed since the last time; null for nothing, and before all kinds were read once.</summary>
    public MirrorChanges? Take()
    {
        lock (_lock)
        {
            if (_undecided.Count > 0 || (_changed.Count == 0 && _whole.Count == 0))
                return null;
            var taken = new MirrorChanges(_changed, _whole);
            (_changed, _whole) = ([], []);
            return taken;
        }
    }

    /// <summary>What must be done to the store for it to have what the server has.</summary>
    /// <param name="state">The store's present state.</param>
    /// <param name="changes">What to look at.</param>
    /// <param name="others">Clusters, as documents name them, whose documents are not this one's to change.</param>
    /// <param name="held">Told of each object whose key another cluster has.</param>
    public List<MirrorStep> Steps(FleetState state, MirrorChanges changes, IReadOnlySet<string> others, Action<ResourceKey, string> held)
    {
        var steps = new List<MirrorStep>();
        lock (_lock)
        {
            foreach (var kind in kinds)
            {
                var isWhole = changes.Kinds.Contains(kind);
                var keys = isWhole ? _objects[kind].Keys.ToHashSet() : [];
                if (isWhole)
                    keys.UnionWith(state.Followed.Where(stored => stored.Key.Kind == kind && OwnerOf(stored.Value) == owner).Select(stored => stored.Key));
                keys.UnionWith(changes.Keys.Where(key => key.Kind == kind));
                foreach (var key in keys.Order())
                    Add(key, _objects[kind].GetValueOrDefault(key), state.Followed.GetValueOrDefault(key));
            }
        }

        return steps;

        void Add(ResourceKey key, MirroredObject? item, StoredResource? stored)
        {
            if (stored is not null && OwnerOf(stored) != owner && others.Contains(OwnerOf(stored)))
            {
                if (item is not null && item.Text != stored.Resource.Text)
                    held(key, $"{OwnerOf(stored)} has an object of that name, and another one; expected different names, or prefixes that keep them apart");
            }
            else if (item is null)
            {
                if (stored is not null)
                    steps.Add(new(key, null));
            }
            else if (item.Resource is not null && (stored is null || item.Text != stored.Resource.Text || OwnerOf(stored) != owner))
            {
                steps.Add(new(key, item));
            }
        }
    }

    /// <summary>The cluster that a document is from.</summary>
    public static string OwnerOf(StoredResource stored) => stored.Resource.Source.File;

    private void Decide(string kind)
    {
        // Kinds that came first count from here on, as one.
        if (_undecided.Remove(kind) && _undecided.Count == 0)
            _whole.UnionWith(_read);
    }
}

/// <summary>What of a mirror changed.</summary>
/// <param name="Keys">Objects.</param>
/// <param name="Kinds">Kinds of which all objects are to be looked at.</param>
internal sealed record MirrorChanges(IReadOnlySet<ResourceKey> Keys, IReadOnlySet<string> Kinds);

/// <summary>What is to be done to one document of the store.</summary>
/// <param name="Key">The document's key.</param>
/// <param name="Item">What it is to be; null for gone.</param>
internal sealed record MirrorStep(ResourceKey Key, MirroredObject? Item);
