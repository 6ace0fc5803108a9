namespace EdgeAgent.Contracts;

/// <summary>What a rule says of the traffic that it matches.</summary>
public enum Verdict : byte
{
    /// <summary>The stage allows; its further rules are not looked at.</summary>
    Allow = 1,

    /// <summary>The flow is denied.</summary>
    Deny = 2,

    /// <summary>Leave the block, go on with the next one.</summary>
    Pass = 3,

    /// <summary>Count and log the flow, go on with the next rule.</summary>
    Log = 4,
}
