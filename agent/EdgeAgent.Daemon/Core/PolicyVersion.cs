using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>A host policy with its digest, computed once. Two are equal if epoch, revision, digest and signer are.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Summary">The digest of its meaning, and the parts that it is made of.</param>
public sealed record PolicyVersion(HostPolicy Policy, HostPolicySummary Summary)
{
    /// <summary>The digest of its meaning.</summary>
    public Digest Digest => Summary.Digest;

    /// <summary>How many blocks of address sets came or went in the step that made it from another version; null for one that came whole.</summary>
    public int? Step { get; private init; }

    /// <summary>What the control plane signed of it; null where nothing is signed.</summary>
    public Wire.V1.Statement? Statement { get; init; }

    /// <summary>Which restoration of the control plane the revision belongs to.</summary>
    public long Epoch => Statement?.Epoch ?? 0;

    /// <summary>The revision that it was computed from.</summary>
    public Revision Revision => Policy.Revision;

    /// <summary>The names that it grants, in order.</summary>
    public EquatableArray<string> Names => Policy.DomainSets.IsEmpty ? [] : Policy.DomainNames.Order(StringComparer.Ordinal).ToEquatableArray();

    /// <summary>Computes the digest.</summary>
    public static PolicyVersion Of(HostPolicy policy) => new(policy, HostPolicySummary.Of(policy));

    /// <summary>The policy after a change.</summary>
    /// <exception cref="HostPolicyMismatchException">The change was made for another policy.</exception>
    public PolicyVersion After(HostPolicyDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        var (policy, summary) = delta.ApplyTo(Policy, Summary);
        return new(policy, summary) { Step = delta.SetChanges.Items.Sum(change => change.Added.Count + change.Removed.Count) };
    }

    /// <summary>The same content as it is stated at a revision.</summary>
    public PolicyVersion At(Revision revision, Wire.V1.Statement? statement = null) =>
        this with { Policy = revision == Revision ? Policy : Policy with { Revision = revision }, Statement = statement };

    /// <inheritdoc/>
    public bool Equals(PolicyVersion? other) =>
        other is not null && Digest == other.Digest && Revision == other.Revision && Epoch == other.Epoch && Equals(Statement?.Signer, other.Statement?.Signer);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Digest, Revision, Epoch);

    /// <inheritdoc/>
    public override string ToString() => $"revision {Revision} ({Digest.Short})";
}

/// <summary>All that decides what the kernel holds: the policy, what stays open whatever it says, and the addresses that names have.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Failsafes">What stays open.</param>
/// <param name="FailsafesGiven">Whether the control plane gave the failsafes, or they are the host's own.</param>
public sealed record Enforcement(PolicyVersion Policy, EquatableArray<Failsafe> Failsafes, bool FailsafesGiven = false)
{
    /// <summary>The addresses of the names that the policy grants.</summary>
    public ResolvedNames Names { get; init; } = ResolvedNames.None;

    /// <summary>The policy with these addresses in the place of names: the rules that are enforced.</summary>
    public HostPolicy Effective => Policy.Policy.With(Names);
}
