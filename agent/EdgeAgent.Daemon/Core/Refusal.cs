using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Why a policy is not enforced.</summary>
public enum RefusalKind
{
    /// <summary>After it the control plane was not heard again in time, and the policy before was restored.</summary>
    RolledBack = 1,

    /// <summary>This host cannot enforce it.</summary>
    Failed = 2,
}

/// <summary>
/// A policy that this host does not take again until an operator retries it or sends another. It is known by its digest:
/// a revision that changes other hosts alone must not bring it back.
/// </summary>
/// <param name="Kind">Why.</param>
/// <param name="Revision">The revision that it came with.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record Refusal(RefusalKind Kind, Revision Revision, Digest Digest, string Reason);
