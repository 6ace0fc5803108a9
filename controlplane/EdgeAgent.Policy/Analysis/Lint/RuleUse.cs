using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What rules come to, over all flows that there can be.</summary>
internal sealed class RuleUse(RunStep step)
{
    public RunStep Step { get; } = step;

    /// <summary>Whether it means another end of any flow.</summary>
    public bool HasPeers { get; set; }

    /// <summary>Whether it means the own host, to which there are no flows.</summary>
    public bool HasOwnHostAsPeer { get; set; }

    /// <summary>The traffic that it means with other ends.</summary>
    public TrafficSet Meant { get; set; } = TrafficSet.None;

    /// <summary>What of that nothing before it has decided, with any other end.</summary>
    public TrafficSet Reached { get; set; } = TrafficSet.None;

    /// <summary>What of that is with addresses of the world at large.</summary>
    public TrafficSet WithWorld { get; set; } = TrafficSet.None;

    /// <summary>Whether the other end allows some of it.</summary>
    public bool IsMet { get; set; }

    /// <summary>A flow that it reaches and the other end denies; null while there is none.</summary>
    public RefusedFlow? Refused { get; set; }

    /// <summary>The rules that decide what it means before it does.</summary>
    public HashSet<RunStep> Before { get; } = [];

    /// <summary>Whether the end of an earlier tier decides some of it.</summary>
    public bool IsClosedBefore { get; set; }
}

/// <summary>A flow that one end grants and the other denies.</summary>
/// <param name="Own">The end of the rule that grants.</param>
/// <param name="Peer">The other end.</param>
/// <param name="Family">The family.</param>
/// <param name="Traffic">The traffic.</param>
internal sealed record RefusedFlow(FlowGroup Own, FlowGroup Peer, IpFamily Family, TrafficSet Traffic);
