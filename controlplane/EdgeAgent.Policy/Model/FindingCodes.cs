namespace EdgeAgent.Policy;

/// <summary>The sorts of findings, as programs tell them apart; a code keeps its meaning.</summary>
public static class FindingCodes
{
    /// <summary>A policy that is about no host.</summary>
    public const string SelectsNothing = "selects-nothing";

    /// <summary>A name that nothing has: a service, a subset, a gateway, a namespace.</summary>
    public const string UnresolvedName = "unresolved-name";

    /// <summary>A named port that no endpoint in question declares.</summary>
    public const string UnresolvedPort = "unresolved-port";

    /// <summary>A rule that no flow can match, whatever the other rules are.</summary>
    public const string MatchesNothing = "matches-nothing";

    /// <summary>A rule all of whose flows are decided before it, otherwise than it says.</summary>
    public const string ShadowedRule = "shadowed-rule";

    /// <summary>A rule all of whose flows are decided before it, as it says.</summary>
    public const string RedundantRule = "redundant-rule";

    /// <summary>A grant of traffic with any address of the world.</summary>
    public const string OpenToWorld = "open-to-world";

    /// <summary>A grant at one end of flows that the other end denies.</summary>
    public const string HalfBookend = "half-bookend";

    /// <summary>Anything else that is allowed but probably not meant.</summary>
    public const string Doubtful = "doubtful";
}
