using System.Runtime.CompilerServices;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Tells which hosts have another policy at one state than at another.</summary>
internal static class TouchedHosts
{
    private static readonly ConditionalWeakTable<FleetState, IReadOnlyList<HostName>> Released = [];

    /// <summary>The hosts of a state whose policies are others than at the state before, or that are new; sorted.</summary>
    public static IReadOnlyList<HostName> Of(FleetState before, FleetState after) =>
        [.. after.Hosts.Keys.Where(host => before.DigestOf(host) != after.DigestOf(host))];

    /// <summary>Of the hosts that the rollout under way touches, those in released waves; worked out once for each state.</summary>
    public static IReadOnlyList<HostName> ReleasedAt(FleetState state) =>
        Released.GetValue(state, static state => [.. Of(state.Rollout!.Base, state).Where(host => state.Rollout.Releases(state, host))]);
}
