using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>
/// Which tracked flows a change of policy may have withdrawn. The kernel needs about 20 ms to walk a large table of connections and two
/// microseconds more for each that it hands over, so that it is asked only for flows whose verdict can have turned from allow to deny.
/// </summary>
/// <param name="Everything">Whether any flow may be concerned.</param>
/// <param name="Filters">Else the flows that may be; none where the change withdraws nothing.</param>
/// <param name="OfSockets">
/// More flows that may be, of which only TCP connections of the host itself count: those that are tracked the other way round, since they were
/// picked up in their middle. The sockets lead to them sooner than a walk.
/// </param>
public sealed record WithdrawalScope(bool Everything, EquatableArray<FlowFilter> Filters, EquatableArray<FlowFilter> OfSockets)
{
    /// <summary>More walks with a filter than this cost more than one without.</summary>
    private const int MostFilters = 8;

    /// <summary>Any flow.</summary>
    public static WithdrawalScope All { get; } = new(true, [], []);

    /// <summary>No flow.</summary>
    public static WithdrawalScope None { get; } = new(false, [], []);

    /// <summary>The scope of a change.</summary>
    /// <param name="before">What flows were last judged by; null for nothing.</param>
    /// <param name="after">What decides now.</param>
    public static WithdrawalScope Between(Enforcement? before, Enforcement after)
    {
        ArgumentNullException.ThrowIfNull(after);
        if (before is null || before.Failsafes != after.Failsafes || before.Policy.Policy.Mode != after.Policy.Policy.Mode)
            return All;
        if (after.Policy.Policy.Mode != EnforcementMode.Enforce || (before.Policy.Digest == after.Policy.Digest && before.Names.Equals(after.Names)))
            return None;
        var (old, now) = (before.Effective, after.Effective);
        var suspects = new HashSet<Suspect>();
        if (!WithdrawalSuspects.Gather(old, now, suspects))
            return All;
        var filters = suspects.SelectMany(Filtered).Distinct().ToEquatableArray();
        return filters.Count > MostFilters ? All : new(false, filters, suspects.SelectMany(OfItsSockets).Except(filters).ToEquatableArray());
    }

    // A connection that was picked up in its middle is tracked in the direction of whoever sent first. Of one through the host, which has no
    // socket here, both ways are asked for.
    private static IEnumerable<FlowFilter> Filtered(Suspect suspect)
    {
        if (suspect.Peer is { } peer)
        {
            return suspect.Path switch
            {
                TrafficPath.Inbound => [From(peer)],
                TrafficPath.Outbound => [To(peer)],
                _ => [From(peer), To(peer)],
            };
        }

        var (protocol, port) = suspect.Service!.Value;
        return new[] { IpFamily.V4, IpFamily.V6 }.Select(family => new FlowFilter(family) { Protocol = protocol }).SelectMany(family => protocol == IpProtocol.Tcp
            ? new[] { family with { AnsweringPort = port }, family with { SourcePort = port } }
            : [family with { AnsweringPort = port }]);
    }

    private static IEnumerable<FlowFilter> OfItsSockets(Suspect suspect) => suspect switch
    {
        { Peer: { } peer, Path: TrafficPath.Inbound } => [To(peer)],
        { Peer: { } peer, Path: TrafficPath.Outbound } => [From(peer)],
        _ => [],
    };

    private static FlowFilter From(IpAddress peer) => new(peer.Family) { Source = peer };

    private static FlowFilter To(IpAddress peer) => new(peer.Family) { Answerer = peer };
}

/// <summary>Flows of one peer on one path, or to one port of anybody.</summary>
internal readonly record struct Suspect(TrafficPath Path, IpAddress? Peer, (IpProtocol Protocol, ushort Port)? Service);
