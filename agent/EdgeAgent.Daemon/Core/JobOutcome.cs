using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>How a job on the kernel ended.</summary>
/// <param name="At">When.</param>
public abstract record JobOutcome(TimeSpan At) : AgentEvent(At)
{
    /// <summary>A foreign change of our table that the job came upon and undid; null for none.</summary>
    public DriftEvent? Drift { get; init; }

    /// <summary>How long the job took.</summary>
    public TimeSpan Took { get; init; }
}

/// <summary>The kernel holds the policy of an <see cref="ApplyJob"/>.</summary>
/// <param name="At">When the kernel took it.</param>
/// <param name="Proof">What was read back.</param>
/// <param name="Time">The cost.</param>
/// <param name="CacheProblem">Why it could not be kept on disk; null where it was.</param>
public sealed record Applied(TimeSpan At, KernelProof Proof, ApplyTime Time, string? CacheProblem) : JobOutcome(At);

/// <summary>The table is gone.</summary>
public sealed record Removed(TimeSpan At) : JobOutcome(At);

/// <summary>The kernel holds what it must, by itself or after a repair.</summary>
public sealed record Checked(TimeSpan At, KernelProof Proof) : JobOutcome(At);

/// <summary>The job could not be done; the kernel decides as before.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Permanent">Whether the same policy will fail again on this host.</param>
public sealed record JobFailed(TimeSpan At, string Reason, bool Permanent) : JobOutcome(At);

/// <summary>The host was purged: the agent leaves the kernel alone until it is started again.</summary>
/// <param name="At">When.</param>
/// <param name="Mark">What was left behind, in words.</param>
public sealed record Detached(TimeSpan At, string Mark) : JobOutcome(At);
