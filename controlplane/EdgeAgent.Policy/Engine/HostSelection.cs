using System.Collections;
using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>Some hosts. Those of a large fleet are counted without being walked over; walking gives them sorted.</summary>
public sealed class HostSelection : IReadOnlyCollection<ResourceKey>
{
    private readonly ImmutableArray<ImmutableSortedSet<ResourceKey>> _parts;

    internal HostSelection(IEnumerable<ImmutableSortedSet<ResourceKey>> disjoint)
    {
        _parts = [.. disjoint];
        Count = _parts.Sum(part => part.Count);
    }

    /// <summary>No host.</summary>
    public static HostSelection None { get; } = new([]);

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>One of the hosts; any of them.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public ResourceKey Any => _parts.First(part => !part.IsEmpty)[0];

    /// <summary>Whether a host is one of them.</summary>
    public bool Contains(ResourceKey host) => _parts.Any(part => part.Contains(host));

    /// <inheritdoc/>
    public IEnumerator<ResourceKey> GetEnumerator()
    {
        if (_parts is [var only])
            return only.GetEnumerator();
        var all = new List<ResourceKey>(Count);
        foreach (var part in _parts)
            all.AddRange(part);
        all.Sort();
        return all.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static HostSelection Union(IEnumerable<HostSelection> disjoint) => new(disjoint.SelectMany(selection => selection._parts));
}
