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
        other is not null && (this with { At = other.At } == other || (IsUpToDate && other.IsUpToDate && this with { At = other.At, Target = other.Target, Realized = other.Realized } == other));

    private bool IsUpToDate => State == HostState.Realized && Realized == Target;
}
