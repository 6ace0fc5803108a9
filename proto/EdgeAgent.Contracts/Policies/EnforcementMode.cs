namespace EdgeAgent.Contracts;

/// <summary>How a host treats its policy.</summary>
public enum EnforcementMode : byte
{
    /// <summary>Denied flows are dropped.</summary>
    Enforce = 1,

    /// <summary>Would-be denials are logged and counted, then allowed.</summary>
    Audit = 2,

    /// <summary>Nothing is matched; the table holds only its permanent chains.</summary>
    Off = 3,

    /// <summary>Only failsafes and the control plane are reachable, whatever the policy says.</summary>
    Quarantine = 4,
}
