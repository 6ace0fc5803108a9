namespace EdgeAgent.Contracts;

/// <summary>Where a host stands between what it should enforce and what its kernel holds.</summary>
public enum HostState : byte
{
    /// <summary>No report yet.</summary>
    Unknown = 0,

    /// <summary>The kernel, read back, holds the policy of the target revision.</summary>
    Realized = 1,

    /// <summary>A newer policy is on its way into the kernel.</summary>
    Applying = 2,

    /// <summary>The host undid the target revision because it lost the control plane after it.</summary>
    RolledBack = 3,

    /// <summary>The host refused or could not program the target revision; the one before stays.</summary>
    Failed = 4,

    /// <summary>Connected, but no status for three report intervals.</summary>
    Stale = 5,

    /// <summary>No connection; the host keeps enforcing what it last realized.</summary>
    Disconnected = 6,
}
