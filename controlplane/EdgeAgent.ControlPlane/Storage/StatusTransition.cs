using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>A change of where a host stands.</summary>
internal sealed record StatusTransition(HostName Host, DateTimeOffset At, HostState State, string Reason, Revision Target, Revision Realized, Digest PolicyDigest, Digest KernelDigest)
{
    /// <summary>Whether the host stands where it stood, whatever the time.</summary>
    public bool SaysTheSameAs(StatusTransition? other) => other is not null && this with { At = other.At } == other;
}
