using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>A state depends on its resources alone, whatever changes led to it.</summary>
public sealed class IncrementalChanges
{
    [Fact]
    public void Any_order_and_split_of_changes_leads_to_the_same_policies()
    {
        foreach (var seed in Seeds.Some(80))
            CheckOrder(seed);
    }

    [Fact]
    public void A_walk_from_world_to_world_stays_equal_to_building_each_from_scratch()
    {
        foreach (var seed in Seeds.Some(40))
            CheckWalk(seed);
    }

    private static void CheckOrder(int seed)
    {
        var resources = RandomWorld.Create(seed);
        var scratch = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State;
        var random = new Random(seed);
        var pending = resources.Where(resource => resource is not TierResource).ToList();
        var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources.OfType<TierResource>()])).State;
        for (var left = Shuffled(pending, random); left.Count > 0;)
        {
            var part = left.Take(random.Next(1, 4)).ToList();
            left = left.Skip(part.Count).ToList();
            state = Step(state, Change.Of([.. part]), seed);
        }

        AssertSame(scratch, state, seed);
        state = Step(state, Change.Of([.. resources.Take(3)]), seed);
        AssertSame(scratch, state, seed);
        foreach (var resource in Shuffled(pending, random))
            state = Step(state, Change.Delete(resource.Key), seed);
        Assert.Empty(state.Hosts);
        Assert.True(state.World.Vocabulary.Labels.IsEmpty && state.World.Classes.IsEmpty && state.World.HostByAddress.IsEmpty, $"seed {seed}: something is left");
    }

    private static void CheckWalk(int seed)
    {
        var random = new Random(seed);
        var state = EngineState.Empty;
        for (var i = 0; i < 6; i++)
        {
            var next = RandomWorld.Create((seed * 10) + i);
            var keys = next.Select(resource => resource.Key).ToHashSet();
            var gone = state.Resources.Keys.Where(key => !keys.Contains(key) && random.Next(8) > 0).ToList();
            var change = new Change([.. Shuffled(next, random)], [.. gone]);
            var result = PolicyEngine.Apply(state, change);
            if (!result.Accepted)
            {
                Assert.Same(state, result.State);
                continue;
            }

            AssertChanges(state, result, seed);
            state = result.State;
            AssertSame(PolicyEngine.Apply(EngineState.Empty, Change.Of([.. state.Resources.Values])).State, state, seed);
        }
    }

    private static EngineState Step(EngineState state, Change change, int seed)
    {
        var result = PolicyEngine.Apply(state, change);
        Assert.True(result.Accepted, $"seed {seed}: {string.Join('\n', result.Diagnostics)}");
        AssertChanges(state, result, seed);
        return result.State;
    }

    private static void AssertSame(EngineState expected, EngineState actual, int seed)
    {
        Assert.Equal(expected.Hosts, actual.Hosts);
        foreach (var host in expected.Hosts)
        {
            var (left, right) = (HostPolicyDigest.Text(expected.PolicyOf(host)!), HostPolicyDigest.Text(actual.PolicyOf(host)!));
            Assert.True(left == right, $"seed {seed}: {host}\nfrom scratch:\n{left}\nincremental:\n{right}");
        }

        Assert.Equal(PolicyEngine.WarningsOf(expected).Select(warning => warning.ToString()), PolicyEngine.WarningsOf(actual).Select(warning => warning.ToString()));
    }

    /// <summary>The changed hosts are those with another digest, and the delta to each new policy leads there.</summary>
    private static void AssertChanges(EngineState before, ApplyResult result, int seed)
    {
        var changed = result.State.Hosts.Where(host => before.PolicyOf(host) is not { } old || HostPolicyDigest.Of(old) != HostPolicyDigest.Of(result.State.PolicyOf(host)!)).ToList();
        Assert.True(changed.SequenceEqual(result.Changed), $"seed {seed}: changed {string.Join(", ", changed)} but reported {string.Join(", ", result.Changed)}");
        Assert.Equal(before.Hosts.Except(result.State.Hosts), result.Removed);
        foreach (var host in changed)
        {
            var (from, to) = (before.PolicyOf(host) ?? HostPolicy.Empty, result.State.PolicyOf(host)!);
            var arrived = HostPolicyDelta.Between(from, to).ApplyTo(from);
            Assert.Equal(HostPolicyDigest.Text(to), HostPolicyDigest.Text(arrived));
        }
    }

    private static List<T> Shuffled<T>(IEnumerable<T> items, Random random) => [.. items.OrderBy(_ => random.Next())];
}
