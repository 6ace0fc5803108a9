using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>The addresses behind names, as one host knows them. A name that was asked for in vain has none; one that was not is not there. Equal by content.</summary>
public sealed class ResolvedNames : IEquatable<ResolvedNames>
{
    private readonly ImmutableSortedDictionary<string, EquatableArray<IpAddress>> _addresses;

    private ResolvedNames(ImmutableSortedDictionary<string, EquatableArray<IpAddress>> addresses) => _addresses = addresses;

    /// <summary>No names.</summary>
    public static ResolvedNames None { get; } = new(ImmutableSortedDictionary.Create<string, EquatableArray<IpAddress>>(StringComparer.Ordinal));

    /// <summary>The names in order.</summary>
    public IEnumerable<string> Names => _addresses.Keys;

    /// <summary>Makes a table; the addresses of a name become sorted and unique.</summary>
    public static ResolvedNames Of(IEnumerable<KeyValuePair<string, IEnumerable<IpAddress>>> names) =>
        new(names.ToImmutableSortedDictionary(name => name.Key, name => name.Value.Distinct().Order().ToEquatableArray(), StringComparer.Ordinal));

    /// <summary>Whether a name was asked for.</summary>
    public bool Has(string name) => _addresses.ContainsKey(name);

    /// <summary>The addresses of a name, sorted; none where they are not known.</summary>
    public EquatableArray<IpAddress> Of(string name) => _addresses.GetValueOrDefault(name);

    /// <summary>What the table says of the names that a policy names.</summary>
    public ResolvedNames For(HostPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.DomainSets.IsEmpty || _addresses.IsEmpty)
            return None;
        var named = policy.DomainNames.ToHashSet(StringComparer.Ordinal);
        return named.Count == _addresses.Count && named.All(_addresses.ContainsKey) ? this : new(_addresses.RemoveRange(_addresses.Keys.Where(name => !named.Contains(name))));
    }

    /// <summary>A set of names as the addresses that they have.</summary>
    public AddressSet AddressesOf(DomainSet set) => new(set.Id, set.Names.SelectMany(name => Of(name)).Select(Cidr.Single));

    /// <inheritdoc/>
    public bool Equals(ResolvedNames? other) =>
        ReferenceEquals(this, other) || (other is not null && _addresses.Count == other._addresses.Count && _addresses.SequenceEqual(other._addresses));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ResolvedNames);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, addresses) in _addresses)
            hash.Add(HashCode.Combine(name, addresses));
        return hash.ToHashCode();
    }
}
