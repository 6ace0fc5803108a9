using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>How a change is to reach the fleet.</summary>
/// <param name="Waves">In which waves; the last is all hosts.</param>
/// <param name="Soak">How long a wave is watched after its hosts hold the change.</param>
/// <param name="Gate">What must hold of the released hosts.</param>
/// <param name="Author">Who asks.</param>
/// <param name="Note">Why.</param>
/// <param name="Patience">How long a wave waits for a host that does not come to the change.</param>
internal sealed record RolloutTerms(IReadOnlyList<WaveOrder> Waves, TimeSpan Soak, Gate Gate, string Author, string Note, TimeSpan Patience)
{
    /// <summary>The waves of a rollout that touches some hosts.</summary>
    public EquatableArray<Wave> WavesOf(Revision id, IReadOnlyList<HostName> touched, FleetState state)
    {
        var places = touched.Select(host => (Place: Wave.PlaceOf(id, host), Labels: state.Policies.LabelsOf(state.Hosts.GetValueOrDefault(host)))).OrderBy(host => host.Place).ToList();
        var waves = new List<Wave>();
        foreach (var order in Waves)
        {
            var wave = order.Share(places.Count) is not { } share ? Wave.OfSelector(order.Selector!, 0)
                : new(order.What, share == 0 ? 0 : share == places.Count ? ulong.MaxValue : places[share - 1].Place, 0);
            waves.Add(wave);
            waves[^1] = wave with { Hosts = places.Count(host => waves.Exists(released => released.Includes(host.Place, host.Labels))) };
        }

        return waves.ToEquatableArray();
    }
}
