using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Something that happened.</summary>
/// <param name="At">When, as time since the agent started.</param>
public abstract record AgentEvent(TimeSpan At);

/// <summary>The policy that was kept on disk.</summary>
/// <param name="At">When.</param>
/// <param name="Kept">The policy and the failsafes of the last run.</param>
/// <param name="Confirmed">The last policy after which the control plane was heard: the kept one, one before it, or none.</param>
public sealed record CacheLoaded(TimeSpan At, Enforcement Kept, PolicyVersion? Confirmed) : AgentEvent(At);

/// <summary>There is no policy, and the operator chose that the host is closed until there is one.</summary>
public sealed record ClosedUntilPolicy(TimeSpan At) : AgentEvent(At);

/// <summary>The policy on disk is damaged or not believed.</summary>
/// <param name="At">When.</param>
/// <param name="KernelHolds">Whether the kernel still holds something of ours, which is then as good as ever.</param>
public sealed record CacheRefused(TimeSpan At, bool KernelHolds) : AgentEvent(At);

/// <summary>A refusal that was kept on disk.</summary>
public sealed record RefusalLoaded(TimeSpan At, Refusal Refusal) : AgentEvent(At);

/// <summary>The control plane said anything but a policy.</summary>
public sealed record Heard(TimeSpan At) : AgentEvent(At);

/// <summary>The control plane is heard, and what it said is a policy, or another revision of the one that it sent before.</summary>
public sealed record PolicyReceived(TimeSpan At, PolicyVersion Policy) : AgentEvent(At);

/// <summary>Somebody sent a policy that is not the control plane's word.</summary>
public sealed record PolicyNotBelieved(TimeSpan At, string Reason) : AgentEvent(At);

/// <summary>An operator wants a refused policy to be tried again.</summary>
public sealed record RetryRequested(TimeSpan At, Revision Revision) : AgentEvent(At);

/// <summary>The control plane wants a full comparison and a report.</summary>
public sealed record VerifyRequested(TimeSpan At) : AgentEvent(At);

/// <summary>What stays open whatever policy says changed.</summary>
/// <param name="At">When.</param>
/// <param name="Failsafes">What stays open now.</param>
/// <param name="Given">Whether the control plane gave it, or it is the host's own.</param>
public sealed record FailsafesChanged(TimeSpan At, EquatableArray<Failsafe> Failsafes, bool Given) : AgentEvent(At);

/// <summary>What is known of the names that policy grants changed.</summary>
/// <param name="At">When.</param>
/// <param name="Names">The addresses.</param>
/// <param name="NameServers">Name servers elsewhere that the agent asks.</param>
public sealed record NamesResolved(TimeSpan At, ResolvedNames Names, EquatableArray<IpAddress> NameServers) : AgentEvent(At);

/// <summary>Somebody purged the host; the next job finds out.</summary>
public sealed record PurgeSeen(TimeSpan At) : AgentEvent(At);

/// <summary>How often the control plane wants a report.</summary>
public sealed record ReportIntervalSet(TimeSpan At, TimeSpan Interval) : AgentEvent(At);

/// <summary>The stream to the control plane is open.</summary>
public sealed record Connected(TimeSpan At) : AgentEvent(At);

/// <summary>The stream to the control plane broke, or could not be opened.</summary>
public sealed record Disconnected(TimeSpan At, string Reason) : AgentEvent(At);

/// <summary>Another process changed some netfilter table.</summary>
public sealed record ForeignChange(TimeSpan At, Culprit Culprit) : AgentEvent(At);

/// <summary>Time went on.</summary>
public sealed record Tick(TimeSpan At) : AgentEvent(At);
