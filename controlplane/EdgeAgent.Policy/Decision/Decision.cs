using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The answer to a probe.</summary>
/// <param name="Probe">The question.</param>
/// <param name="Egress">What the source's half says.</param>
/// <param name="Ingress">What the destination's half says.</param>
public sealed record Decision(Probe Probe, EndDecision Egress, EndDecision Ingress)
{
    /// <summary>Whether the flow may pass: both halves allow it.</summary>
    public bool Allowed => Egress.Allowed && Ingress.Allowed;
}

/// <summary>What one end's half of a flow says.</summary>
/// <param name="Allowed">Whether it allows the flow.</param>
/// <param name="Reason">What decided.</param>
/// <param name="Policy">The policy and rule that decided; null where none did. The rule is empty where a policy's isolation did.</param>
/// <param name="Source">Where what decided was written.</param>
public sealed record EndDecision(bool Allowed, DecisionReason Reason, PolicyReference? Policy, SourcePosition Source)
{
    /// <summary>The address of this end that the decision is about, and the other end's: of several pairs the first that is denied.</summary>
    public (IpAddress Self, IpAddress Peer)? Addresses { get; init; }

    /// <summary>What only the host knows, once it has asked for the addresses of names, and the decision may turn on; empty for nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>What each policy had to say, in order; filled by <see cref="PolicyEngine.Explain"/> alone.</summary>
    public ImmutableArray<PolicyStep> Steps { get; init; } = [];
}

/// <summary>What decided at one end.</summary>
public enum DecisionReason : byte
{
    /// <summary>Nothing is enforced there: no agent has the address.</summary>
    NotEnforced = 1,

    /// <summary>Both ends are the same host.</summary>
    SameHost = 2,

    /// <summary>A rule matched.</summary>
    Rule = 3,

    /// <summary>A policy selects the endpoint, and no rule of its tier matched.</summary>
    Isolation = 4,

    /// <summary>No policy decided, and the host allows or denies what none decides.</summary>
    Undecided = 5,

    /// <summary>A failsafe holds the flow open.</summary>
    Failsafe = 6,

    /// <summary>The two ends have no addresses of one family, so there is no flow to deny.</summary>
    NoCommonFamily = 7,
}

/// <summary>What one policy had to say about a flow at one end.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Source">Where it was written.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Outcome">What it had to say.</param>
/// <param name="Rules">What each of its rules had to say, until one decided.</param>
public sealed record PolicyStep(PolicyReference Policy, SourcePosition Source, string Tier, PolicyOutcome Outcome, ImmutableArray<RuleStep> Rules);

/// <summary>What became of a policy.</summary>
public enum PolicyOutcome : byte
{
    /// <summary>It does not select the endpoint in this direction.</summary>
    NotSelected = 1,

    /// <summary>It selects the endpoint, but none of its rules matched.</summary>
    NoRuleMatched = 2,

    /// <summary>One of its rules decided.</summary>
    Decided = 3,

    /// <summary>One of its rules passed the flow on to the next tier.</summary>
    Passed = 4,

    /// <summary>It is audited, not enforced.</summary>
    Audited = 5,

    /// <summary>Something before it had decided.</summary>
    NotReached = 6,
}

/// <summary>What became of a rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Source">Where it was written.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Mismatch">Why it did not match; null when it did.</param>
public sealed record RuleStep(PolicyReference Rule, SourcePosition Source, Verdict Verdict, string? Mismatch);
