using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>What is derived from resources, in the parts in which it is derived, and what is known of the mesh.</summary>
/// <param name="Facts">What is known of the mesh.</param>
/// <param name="Units">What is derived, in order; one instance while it stays.</param>
/// <param name="Concerned">How many resources there are that something is derived from.</param>
internal sealed record MeshState(MeshFacts Facts, ImmutableSortedDictionary<UnitKey, DerivedUnit> Units, int Concerned)
{
    private DerivedPolicies? _derived;

    public static MeshState None { get; } = new(MeshFacts.None, ImmutableSortedDictionary<UnitKey, DerivedUnit>.Empty, 0);

    /// <summary>All that is derived; put together when somebody asks.</summary>
    public DerivedPolicies Derived => _derived ??= new(
        Units.Values.SelectMany(unit => unit.Policies).ToEquatableArray(),
        Units.Values.SelectMany(unit => unit.Diagnostics).Distinct().ToEquatableArray())
    {
        Suggestions = Units.Values.SelectMany(unit => unit.Suggestions).ToEquatableArray(),
    };
}
