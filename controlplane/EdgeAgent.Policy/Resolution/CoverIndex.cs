using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// The blocks that make a difference between addresses: those that policies name, and those of endpoints without agent.
/// Blocks nest or are disjoint, so two addresses with the same narrowest block lie in the same blocks throughout.
/// </summary>
internal sealed class CoverIndex
{
    private readonly ImmutableDictionary<Cidr, Cover> _covers;
    private readonly ImmutableSortedDictionary<(IpFamily Family, int Narrowness), int> _lengths;

    private CoverIndex(ImmutableDictionary<Cidr, Cover> covers, ImmutableSortedDictionary<(IpFamily Family, int Narrowness), int> lengths) =>
        (_covers, _lengths) = (covers, lengths);

    public static CoverIndex Empty { get; } = new(
        ImmutableDictionary<Cidr, Cover>.Empty,
        ImmutableSortedDictionary<(IpFamily Family, int Narrowness), int>.Empty);

    /// <summary>The narrowest block around an address; null when there is none.</summary>
    public Cidr? Narrowest(IpAddress address)
    {
        foreach (var block in Around(address))
            return block;
        return null;
    }

    /// <summary>The narrowest block around an address that policies name; null when there is none.</summary>
    public Cidr? NarrowestNamed(IpAddress address)
    {
        foreach (var block in Around(address))
        {
            if (_covers[block].Policies > 0)
                return block;
        }

        return null;
    }

    /// <summary>All of the blocks.</summary>
    public IEnumerable<Cidr> Blocks => _covers.Keys;

    /// <summary>The endpoints without agent that have the address.</summary>
    public IEnumerable<ResourceKey> Endpoints(IpAddress address) => Around(address).SelectMany(block => _covers[block].Endpoints);

    public Builder ToBuilder() => new(this);

    private IEnumerable<Cidr> Around(IpAddress address)
    {
        foreach (var ((family, narrowness), _) in _lengths)
        {
            if (family != address.Family)
                continue;
            var block = new Cidr(address, -narrowness);
            if (_covers.ContainsKey(block))
                yield return block;
        }
    }

    /// <param name="Policies">How many mentions of policies name the block.</param>
    /// <param name="Endpoints">The endpoints without agent that have it.</param>
    private sealed record Cover(int Policies, ImmutableSortedSet<ResourceKey> Endpoints)
    {
        public bool IsUnused => Policies == 0 && Endpoints.IsEmpty;
    }

    /// <summary>Collects changes of an index.</summary>
    internal sealed class Builder
    {
        private readonly ImmutableDictionary<Cidr, Cover>.Builder _covers;
        private readonly ImmutableSortedDictionary<(IpFamily Family, int Narrowness), int>.Builder _lengths;

        public Builder(CoverIndex index) => (_covers, _lengths) = (index._covers.ToBuilder(), index._lengths.ToBuilder());

        /// <summary>The blocks that came or went, so that addresses in them may have another narrowest block than before.</summary>
        public HashSet<Cidr> Changed { get; } = [];

        public void Mention(Cidr block, int times) => Update(block, cover => cover with { Policies = cover.Policies + times });

        public void Add(Cidr block, ResourceKey endpoint) => Update(block, cover => cover with { Endpoints = cover.Endpoints.Add(endpoint) });

        public void Remove(Cidr block, ResourceKey endpoint) => Update(block, cover => cover with { Endpoints = cover.Endpoints.Remove(endpoint) });

        public CoverIndex Build() => new(_covers.ToImmutable(), _lengths.ToImmutable());

        private void Update(Cidr block, Func<Cover, Cover> change)
        {
            var known = _covers.TryGetValue(block, out var before);
            var after = change(before ?? new(0, []));
            if (after.IsUnused)
            {
                // An endpoint may give a block twice.
                if (_covers.Remove(block))
                    Count(block, -1);
                return;
            }

            _covers[block] = after;
            if (known)
                return;
            Count(block, 1);
        }

        private void Count(Cidr block, int change)
        {
            // One that went and came again, as when a policy is written anew, is what it was.
            if (!Changed.Add(block))
                Changed.Remove(block);
            var key = (block.Family, -block.Length);
            var count = _lengths.GetValueOrDefault(key) + change;
            if (count == 0)
                _lengths.Remove(key);
            else
                _lengths[key] = count;
        }
    }
}
