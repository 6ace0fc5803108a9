using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>Carries states from change to change. A state depends on its resources alone, not on the changes that led to it.</summary>
public static class PolicyEngine
{
    /// <summary>The most changed endpoints for which it pays to ask each set whether one of them concerns it.</summary>
    private const int FewEndpoints = 64;

    /// <summary>
    /// Applies a change as one revision. A change with errors is refused whole. A change that sets resources to what they are
    /// makes a revision that changes no host.
    /// </summary>
    public static ApplyResult Apply(EngineState state, Change change)
    {
        var changes = Changes(state, change);
        var resources = state.Resources.ToBuilder();
        foreach (var (key, (_, resource)) in changes)
        {
            if (resource is null)
                resources.Remove(key);
            else
                resources[key] = resource;
        }

        var next = resources.ToImmutable();
        var errors = Validation.Check(state, change, changes, next);
        if (!errors.IsEmpty)
            return new(state, errors, [], []);
        var (derived, merged) = Derivation.After(state.Mesh, changes, next);
        var machines = state.Machines.After(changes, next);
        var step = WorldChange.Apply(state.World, MachineModes.Merge(state.World, merged, state.Machines, machines, next));
        var book = new AddressBook(step.World);
        var plans = Planner.Plan(state.World, step, state.Plans, book);
        var resolved = Resolver.Resolve(state.World, step, state.Plans, plans, book, state.Resolved, step.Changed.Count > FewEndpoints ? null : step.Changed);
        var result = new EngineState(state.Revision.Next, next, derived, step.World, machines, plans, resolved, Warnings.After(state, step.World, machines, derived))
        {
            MachinePolicies = state.MachinePolicies.After(
                machines, endpoint => resolved.ByNumber[plans.NumberOf[step.World.ClassOf[endpoint]]]!, endpoint => step.World.Endpoints[endpoint].Resource.Addresses),
        };
        return new(result, [], Difference.Changed(state, result, step.Moves), Difference.Removed(state, result, changes.Keys));
    }

    /// <summary>
    /// Answers a probe. An address that a host has means the host at that address; a host by name means all its addresses, and the flow is
    /// allowed only if every pair of one family is. Nothing is enforced at an address that no host has, and a host always reaches itself.
    /// </summary>
    /// <param name="state">The resources.</param>
    /// <param name="probe">The question.</param>
    /// <param name="failsafes">What is open whatever policy says; empty to ask about policy alone.</param>
    /// <exception cref="ProbeException">An end is neither an endpoint's name nor an address.</exception>
    public static Decision Decide(EngineState state, Probe probe, EquatableArray<Failsafe> failsafes = default) =>
        ProbeEvaluation.Decide(state.World, probe, failsafes, explain: false);

    /// <summary>Answers a probe as <see cref="Decide"/> does, and says what every policy had to say at each end.</summary>
    /// <exception cref="ProbeException">An end is neither an endpoint's name nor an address.</exception>
    public static Decision Explain(EngineState state, Probe probe, EquatableArray<Failsafe> failsafes = default) =>
        ProbeEvaluation.Decide(state.World, probe, failsafes, explain: true);

    /// <summary>The warnings that hold for a state.</summary>
    public static ImmutableArray<Diagnostic> WarningsOf(EngineState state) => state.Warnings.All;

    private static SortedDictionary<ResourceKey, (Resource? Old, Resource? New)> Changes(EngineState state, Change change)
    {
        var result = new SortedDictionary<ResourceKey, (Resource? Old, Resource? New)>();
        foreach (var key in change.Deleted)
        {
            if (state.Resources.TryGetValue(key, out var old))
                result[key] = (old, null);
        }

        foreach (var resource in change.Set)
        {
            var old = state.Resources.GetValueOrDefault(resource.Key);
            if (resource.Equals(old))
                result.Remove(resource.Key);
            else
                result[resource.Key] = (old, resource);
        }

        return result;
    }
}
