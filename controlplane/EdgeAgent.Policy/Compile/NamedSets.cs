using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The sets that some rules name, with what they mean.</summary>
/// <param name="Addresses">The address sets.</param>
/// <param name="Ports">The port sets.</param>
/// <param name="Domains">The sets of names.</param>
internal sealed record NamedSets(ImmutableArray<SetDefinition> Addresses, ImmutableArray<PortDefinition> Ports, ImmutableArray<DomainSet> Domains)
{
    public static NamedSets None { get; } = new([], [], []);

    /// <summary>The sets of several parts, each once.</summary>
    public static NamedSets Union(IEnumerable<NamedSets> parts)
    {
        var named = parts.Where(part => !ReferenceEquals(part, None)).Distinct(ReferenceEqualityComparer.Instance).Cast<NamedSets>().ToArray();
        return named switch
        {
            [] => None,
            [var only] => only,
            _ => new(
                [.. named.SelectMany(part => part.Addresses).DistinctBy(set => set.Id)],
                [.. named.SelectMany(part => part.Ports).DistinctBy(set => set.Id)],
                [.. named.SelectMany(part => part.Domains).DistinctBy(set => set.Id)]),
        };
    }
}
