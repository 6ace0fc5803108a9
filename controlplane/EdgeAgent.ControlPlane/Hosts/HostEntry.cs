using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>What the control plane knows of where a host stands.</summary>
/// <param name="Host">The host.</param>
/// <param name="State">Its state, as the host says or as its silence shows.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record HostEntry(HostName Host, HostState State, string Reason)
{
    /// <summary>The newest report; null if there was none since the control plane started.</summary>
    public HostStatus? Report { get; init; }

    /// <summary>When the newest report, or the hello, was received; null if neither was since the start.</summary>
    public DateTimeOffset? Received { get; init; }

    /// <summary>The same in ticks of the clock that never jumps; only for hosts that are connected.</summary>
    public long HeardAt { get; init; }

    /// <summary>Whether a connection is open.</summary>
    public bool IsConnected { get; init; }

    /// <summary>What the host said of itself when it last connected.</summary>
    public HostFacts? Facts { get; init; }

    /// <summary>What it said of itself that does not count, and why, in words.</summary>
    public EquatableArray<string> RefusedClaims { get; init; }

    /// <summary>The newest transition in the log.</summary>
    public StatusTransition? Last { get; init; }

    /// <summary>The revision that the host last proved to hold.</summary>
    public Revision Realized => Report?.Realized ?? Last?.Realized ?? Revision.Zero;

    /// <summary>The newest revision that the host knew of.</summary>
    public Revision Target => Report?.Target ?? Last?.Target ?? Revision.Zero;

    /// <summary>The digest of the policy that it last proved to hold.</summary>
    public Digest PolicyDigest => Report?.PolicyDigest ?? Last?.PolicyDigest ?? default;

    /// <summary>The digest of what it last read back from its kernel.</summary>
    public Digest KernelDigest => Report?.KernelDigest ?? Last?.KernelDigest ?? default;

    /// <summary>Where the host stands, as the log has it.</summary>
    public StatusTransition TransitionAt(DateTimeOffset now) => new(Host, now, State, Reason, Target, Realized, PolicyDigest, KernelDigest);
}
