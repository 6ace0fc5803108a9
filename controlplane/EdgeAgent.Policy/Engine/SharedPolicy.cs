using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A host policy, without revision, as one instance for all hosts that enforce it, with its digest and the parts of that.</summary>
public sealed class SharedPolicy
{
    private readonly HostPolicySummary _summary;

    private SharedPolicy(HostPolicy policy, HostPolicySummary summary) => (Policy, _summary) = (policy, summary);

    /// <summary>A policy that allows everything.</summary>
    public static SharedPolicy Empty { get; } = Of(HostPolicy.Empty);

    /// <summary>The policy, at no revision.</summary>
    public HostPolicy Policy { get; }

    /// <summary>The digest of its meaning.</summary>
    public Digest Digest => _summary.Digest;

    /// <summary>A policy made from nothing.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="shared">What policies made at the same time have in common; null for none.</param>
    public static SharedPolicy Of(HostPolicy policy, HostPolicySummary.SummaryParts? shared = null) => new(policy, HostPolicySummary.Of(policy, shared));

    /// <summary>The policy that this one became; costs what changed.</summary>
    /// <param name="policy">The policy after the change.</param>
    /// <param name="changedSets">The ids of all address sets that were added, changed or removed.</param>
    /// <param name="shared">What policies made at the same time have in common.</param>
    internal SharedPolicy After(HostPolicy policy, IEnumerable<string> changedSets, HostPolicySummary.SummaryParts shared) => new(policy, _summary.After(policy, changedSets, shared));

    /// <summary>The delta that leads from another policy to this one; costs what they differ by where this one was made from the other.</summary>
    /// <param name="earlier">The other policy.</param>
    /// <param name="change">
    /// What changed between two sets, the first of which may be missing: where many policies share sets, one that remembers
    /// (<see cref="AddressSetChange.Between"/> does not).
    /// </param>
    public HostPolicyDelta DeltaFrom(SharedPolicy earlier, Func<AddressSet?, AddressSet, AddressSetChange> change) =>
        HostPolicyDelta.Between((earlier.Policy, earlier._summary), (Policy, _summary), change);
}
