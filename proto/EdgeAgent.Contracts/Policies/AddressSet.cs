using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>
/// A named set of addresses. The id says what the set means (it stays while members come and go);
/// the digest says what it holds.
/// </summary>
public sealed record AddressSet
{
    /// <summary>Makes a set; the blocks become canonical (<see cref="CidrSet"/>).</summary>
    public AddressSet(string id, IEnumerable<Cidr> prefixes)
        : this(id, CidrSet.Canonical(prefixes))
    {
    }

    private AddressSet(string id, ImmutableArray<Cidr> canonical)
        : this(id, canonical, Digest.Of(string.Join('\n', canonical)))
    {
    }

    private AddressSet(string id, EquatableArray<Cidr> canonical, Digest digest) => (Id, Prefixes, Digest) = (id, canonical, digest);

    /// <summary>The name, unique within a host policy: letters, digits, <c>- . _ : /</c>.</summary>
    public string Id { get; }

    /// <summary>Sorted, disjoint, canonical blocks of both families, IPv4 first.</summary>
    public EquatableArray<Cidr> Prefixes { get; }

    /// <summary>The digest of the prefixes alone: equal sets have equal digests whatever their ids.</summary>
    public Digest Digest { get; }

    /// <summary>The same members under another name.</summary>
    public AddressSet Named(string id) => new(id, Prefixes, Digest);

    /// <summary>Whether the address is a member.</summary>
    public bool Contains(IpAddress address) => CidrSet.Contains(Prefixes.Items, address);
}
