using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// The rollout that is under way at a state: hosts in a released wave are served the state itself, the others <see cref="Base"/>. That has
/// the declared resources of the revision before the change, whose number it keeps, and the registrations and quarantines of now.
/// </summary>
/// <param name="Row">The rollout.</param>
/// <param name="Base">The state without the change.</param>
internal sealed record ActiveRollout(RolloutRow Row, FleetState Base)
{
    /// <summary>
    /// Whether a host is served the change. A host that the change itself brings is: there is nothing else for it.
    /// </summary>
    public bool Releases(FleetState state, HostName host) =>
        Row.IsInLastWave || !Base.Hosts.TryGetValue(host, out var key) || WaveOf(state, host, key) < Row.Released;

    /// <summary>The first wave, from zero, that includes a host.</summary>
    public int WaveOf(FleetState state, HostName host, ResourceKey key)
    {
        var place = Wave.PlaceOf(Row.Id, host);
        var labels = state.Policies.LabelsOf(key);
        for (var i = 0; i < Row.Waves.Count - 1; i++)
        {
            if (Row.Waves[i].Includes(place, labels))
                return i;
        }

        return Row.Waves.Count - 1;
    }
}
