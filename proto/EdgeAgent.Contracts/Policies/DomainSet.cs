using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>
/// A named set of addresses that are known by name alone: those that the names have when the host asks for them. Only rules that allow or
/// pass name one, among <see cref="Rule.PeerAnyOf"/>, so that what is not known is not granted.
/// </summary>
public sealed record DomainSet
{
    /// <summary>Makes a set; names become sorted and unique.</summary>
    /// <param name="id">The name of the set, unique among it and the address sets of a host policy.</param>
    /// <param name="names">The names (<see cref="DomainName"/>).</param>
    public DomainSet(string id, IEnumerable<string> names)
    {
        Id = id;
        Names = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
    }

    /// <summary>The name of the set.</summary>
    public string Id { get; }

    /// <summary>Sorted, unique names.</summary>
    public EquatableArray<string> Names { get; }

    /// <summary>The canonical text: equal texts mean equal sets.</summary>
    public override string ToString() => $"{Id} {string.Join(',', Names.Items)}";
}
