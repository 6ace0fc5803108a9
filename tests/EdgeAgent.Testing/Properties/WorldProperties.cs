using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>All that must hold for any world and any changes of it.</summary>
public sealed class WorldProperties
{
    private const int PacketsOfMachine = 24;

    private readonly WorldCase _world;
    private readonly Random _random;
    private readonly int? _packets;
    private readonly ChangeProperty _changes = new();

    private WorldProperties(WorldCase world, int? packets) => (_world, _random, _packets) = (world, new(world.Seed), packets);

    /// <summary>What does not hold for a case; null where all does.</summary>
    /// <param name="world">The case.</param>
    /// <param name="packets">How many packets to look at between two addresses; null for all.</param>
    public static string? Failure(WorldCase world, int? packets)
    {
        try
        {
            new WorldProperties(world, packets).Check();
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e is PropertyFailedException ? e.Message : e.ToString();
        }
    }

    private void Check()
    {
        var first = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. _world.Resources]));
        PropertyFailedException.Unless(first.Accepted, () => string.Join('\n', first.Diagnostics));
        CheckVerdicts(first.State);
        CheckOrder(first.State);
        var last = Walk(first.State);
        if (!ReferenceEquals(last, first.State))
            CheckVerdicts(last);
        CheckSquashed(first.State, last);
        CheckTeardown(last);
        _changes.AssertUnchanged();
    }

    private void CheckVerdicts(EngineState state)
    {
        if (BindingProperty.Concerns(state))
        {
            var bindings = new BindingProperty(state, _random);
            bindings.Check(PacketsOfMachine);
            state = bindings.Alone;
        }

        new VerdictProperty(state, _random, _packets).Check();
    }

    /// <summary>The resources in any order and any parts, with parts repeated.</summary>
    private void CheckOrder(EngineState scratch)
    {
        var state = _changes.Step(EngineState.Empty, Change.Of([.. _world.Resources.OfType<TierResource>()])).State;
        state = InParts(_world.Resources.Where(resource => resource is not TierResource), state, part => Change.Of([.. part]));
        _changes.AssertSame(scratch, state);
        var repeated = _changes.Step(state, Change.Of([.. _world.Resources.Take(3)]));
        PropertyFailedException.Unless(repeated.Changed.Count == 0, () => "resources that are as they were changed hosts");
    }

    private EngineState Walk(EngineState state)
    {
        foreach (var change in _world.Changes)
        {
            var result = _changes.Step(state, change);
            if (!result.Accepted)
                continue;
            state = result.State;
            _changes.AssertAsFromScratch(state);
        }

        return state;
    }

    /// <summary>The way from the first state to the last at once, and back.</summary>
    private void CheckSquashed(EngineState first, EngineState last)
    {
        _changes.AssertSame(last, _changes.Step(first, Way(first, last)).State);
        _changes.AssertSame(first, _changes.Step(last, Way(last, first)).State);
    }

    private Change Way(EngineState from, EngineState to) =>
        new([.. Shuffled(to.Resources.Values)], [.. from.Resources.Keys.Where(key => !to.Resources.ContainsKey(key))]);

    private void CheckTeardown(EngineState state)
    {
        state = InParts(state.Resources.Values.Where(resource => resource is not TierResource), state, part => Change.Delete([.. part.Select(resource => resource.Key)]));
        PropertyFailedException.Unless(!state.Hosts.Any(), () => "hosts are left when all is deleted");
    }

    private EngineState InParts(IEnumerable<Resource> resources, EngineState state, Func<List<Resource>, Change> change)
    {
        for (var left = Shuffled(resources); left.Count > 0;)
        {
            var part = left.Take(_random.Next(1, 3 + left.Count)).ToList();
            left.RemoveRange(0, part.Count);
            state = _changes.Step(state, change(part)).State;
        }

        return state;
    }

    private List<T> Shuffled<T>(IEnumerable<T> items) => [.. items.OrderBy(_ => _random.Next())];
}
