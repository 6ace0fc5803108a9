using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>
/// A named set of addresses. The id says what the set means (it stays while members come and go);
/// the digest says what it holds.
/// </summary>
public sealed record AddressSet
{
    private readonly PrefixPages _pages;

    // One reference, so that threads that share the set see all of it or nothing.
    private ImmutableArray<Cidr> _prefixes;

    /// <summary>Makes a set; the blocks become canonical (<see cref="CidrSet"/>).</summary>
    public AddressSet(string id, IEnumerable<Cidr> prefixes)
        : this(id, CidrSet.Canonical(prefixes))
    {
    }

    private AddressSet(string id, ImmutableArray<Cidr> canonical)
        : this(id, PrefixPages.Of(canonical)) => _prefixes = canonical;

    private AddressSet(string id, PrefixPages pages) => (Id, _pages, Digest) = (id, pages, pages.Digest);

    /// <summary>The name, unique within a host policy: letters, digits, <c>- . _ : /</c>.</summary>
    public string Id { get; }

    /// <summary>Sorted, disjoint, canonical blocks of both families, IPv4 first.</summary>
    public EquatableArray<Cidr> Prefixes
    {
        get
        {
            var known = _prefixes;
            return known.IsDefault ? _prefixes = _pages.ToArray() : known;
        }
    }

    /// <summary>The digest of the prefixes alone: equal sets have equal digests whatever their ids.</summary>
    public Digest Digest { get; }

    /// <summary>The number of blocks.</summary>
    public int Count => _pages.Count;

    /// <summary>Whether the address is a member.</summary>
    public bool Contains(IpAddress address) => _pages.Contains(address);

    /// <summary>The same members under another id.</summary>
    public AddressSet Named(string id) => new(id, _pages) { _prefixes = _prefixes };

    /// <summary>The set after a change; costs what the change is worth, not what the set holds.</summary>
    /// <param name="removed">Blocks of the canonical list that go.</param>
    /// <param name="added">Blocks of the new canonical list.</param>
    /// <exception cref="ArgumentException">The result would not be canonical.</exception>
    public AddressSet Changed(EquatableArray<Cidr> removed, EquatableArray<Cidr> added) => new(Id, _pages.With(removed.AsSpan(), added.AsSpan()));

    /// <summary>The set with one address more, or the same set where it is a member.</summary>
    public AddressSet With(IpAddress address)
    {
        if (Contains(address))
            return this;
        var (removed, block) = (new List<Cidr>(), Cidr.Single(address));
        for (var other = Other(block); other is { } half && _pages.Has(half); other = Other(block))
        {
            removed.Add(half);
            block = new(block.Network, block.Length - 1);
        }

        return Changed(removed.ToEquatableArray(), [block]);
    }

    /// <summary>The set with one address less, or the same set where it is no member.</summary>
    public AddressSet Without(IpAddress address)
    {
        if (_pages.Around(address) is not { } whole)
            return this;
        var rest = new List<Cidr>();
        for (var block = Cidr.Single(address); block.Length > whole.Length; block = new(block.Network, block.Length - 1))
            rest.Add(Other(block)!.Value);
        return Changed([whole], rest.ToEquatableArray());
    }

    /// <summary>The other half of the block that is twice as wide; null for all addresses of a family.</summary>
    private static Cidr? Other(Cidr block) => block.Length == 0
        ? null
        : new(block.Network with { Bits = block.Network.Bits ^ (UInt128.One << (block.Network.Width - block.Length)) }, block.Length);

    /// <summary>The blocks of each canonical list that the other lacks; costs what they differ by where one was made from the other.</summary>
    public static (IReadOnlyList<Cidr> Removed, IReadOnlyList<Cidr> Added) Between(AddressSet from, AddressSet to) => PrefixPages.Between(from._pages, to._pages);

    /// <inheritdoc/>
    public bool Equals(AddressSet? other) => other is not null && Id == other.Id && Digest == other.Digest;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Digest);
}
