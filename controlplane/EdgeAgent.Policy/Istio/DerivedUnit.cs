using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>What was derived from one resource, or from some that only mean something together, and what else it rests on.</summary>
/// <param name="Policies">The policies.</param>
/// <param name="Suggestions">What is shown and never enforced.</param>
/// <param name="Diagnostics">What could not be derived.</param>
/// <param name="Reads">What it was derived from.</param>
internal sealed record DerivedUnit(
    EquatableArray<PolicyResource> Policies, EquatableArray<PolicyResource> Suggestions, EquatableArray<Diagnostic> Diagnostics, MeshReads Reads)
{
    /// <summary>Derives.</summary>
    /// <param name="facts">What is known of the mesh.</param>
    /// <param name="derive">The derivation: what it sees, and where it reports.</param>
    public static DerivedUnit Of(MeshFacts facts, Func<MeshView, Action<Diagnostic>, (IEnumerable<PolicyResource> Policies, IEnumerable<PolicyResource> Suggestions)> derive)
    {
        var (reads, diagnostics) = (new MeshReads(), new List<Diagnostic>());
        var (policies, suggestions) = derive(new(facts, reads), diagnostics.Add);
        var (all, shown) = (policies.ToEquatableArray(), suggestions.ToEquatableArray());
        return new(all, shown, diagnostics.ToEquatableArray(), reads);
    }
}

/// <summary>The place of what is derived among all of it: the mesh's own ports, then AuthorizationPolicies, routes, Sidecars, and policies that name Services.</summary>
internal readonly record struct UnitKey(UnitRank Rank, ResourceKey Resource) : IComparable<UnitKey>
{
    public int CompareTo(UnitKey other) => Rank != other.Rank ? Rank.CompareTo(other.Rank) : Resource.CompareTo(other.Resource);
}

/// <summary>The sorts of derivations in order.</summary>
internal enum UnitRank : byte
{
    MeshPorts,
    Authorization,
    Route,
    Sidecars,
    Services,
}
