using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The names of counters. Allowed flows count as <c>default/web-to-db.in</c>, denied ones as <c>default/web-to-db_denied.in</c>
/// (names of Kubernetes have no underscore) and in <c>denied.in</c>, logged ones as <c>default/watch_logged.in</c>.
/// </summary>
public static class CounterNames
{
    /// <summary>Packets that conntrack could not relate to any connection.</summary>
    public const string Invalid = "invalid";

    /// <summary>Packets of flows that were allowed once and are denied now (<see cref="CutMark"/>).</summary>
    public const string Cut = "cut";

    private const string DeniedSuffix = "_denied";
    private const string LoggedSuffix = "_logged";

    /// <summary>Policy names that would give the name of another counter.</summary>
    internal static IReadOnlyList<string> Reserved { get; } = ["denied", "undecided"];

    /// <summary>All flows of a direction that were denied, or in audit mode would have been.</summary>
    public static string Denied(Direction direction) => "denied" + Suffix(direction);

    /// <summary>Flows that no policy decides on, where that is told apart from a denial.</summary>
    public static string Undecided(Direction direction) => "undecided" + Suffix(direction);

    /// <summary>Flows that a policy allows.</summary>
    public static string Allowed(string policy, Direction direction) => policy + Suffix(direction);

    /// <summary>Flows that a policy denies.</summary>
    public static string Denied(string policy, Direction direction) => policy + DeniedSuffix + Suffix(direction);

    /// <summary>Flows that a policy logs.</summary>
    public static string Logged(string policy, Direction direction) => policy + LoggedSuffix + Suffix(direction);

    /// <summary>Flows that a failsafe opens.</summary>
    public static string Of(Failsafe failsafe) => $"failsafe_{PolicyNames.Readable(failsafe.Name)}{Suffix(failsafe.Direction)}";

    internal static bool EndsLikeOne(string policy) =>
        policy.EndsWith(DeniedSuffix, StringComparison.Ordinal) || policy.EndsWith(LoggedSuffix, StringComparison.Ordinal);

    private static string Suffix(Direction direction) => direction == Direction.Inbound ? ".in" : ".out";
}
