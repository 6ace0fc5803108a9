using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>A change of where a host stands.</summary>
internal sealed record StatusTransition(HostName Host, DateTimeOffset At, HostState State, string Reason, Revision Target, Revision Realized, Digest PolicyDigest, Digest KernelDigest)
{
    /// <summary>
    /// Whether the host stands where it stood, whatever the time. A revision that changes nothing for a host, and that it has proven to hold,
    /// is nothing new: in a large fleet most revisions are that for most hosts.
    /// </summary>
    public bool SaysTheSameAs(StatusTransition? other) =>
        other is not null && Host == other.Host && State == other.State && Reason == other.Reason && PolicyDigest == other.PolicyDigest && KernelDigest == other.KernelDigest
        && ((Target == other.Target && Realized == other.Realized) || (IsUpToDate && other.IsUpToDate));

    private bool IsUpToDate => State == HostState.Realized && Realized == Target;
}
