using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// What a host holds that was never told a policy: nothing, or, where its operator chose so, nothing but failsafes. That is the one exception
/// from rule 1, no write before a valid policy.
/// </summary>
public static class FirstBoot
{
    /// <summary>The kernel is left as it is.</summary>
    public const string Open = "open";

    /// <summary>Only failsafes and the way to the control plane are open.</summary>
    public const string ClosedExceptFailsafe = "closed-except-failsafe";

    /// <summary>The policy that closes all but failsafes; of no revision, and never kept on disk.</summary>
    public static PolicyVersion Closed { get; } = PolicyVersion.Of(HostPolicy.Empty with { Mode = EnforcementMode.Quarantine });

    /// <summary>Whether a policy is <see cref="Closed"/>, and not one of the control plane.</summary>
    public static bool IsClosed(PolicyVersion? policy) => policy == Closed;
}
