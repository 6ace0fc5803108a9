using System.Globalization;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>
/// Random worlds and random changes of them: both ends enforce what the resources say, and a state depends on its resources alone.
/// <c>EDGEAGENT_WORLDS</c> asks for more worlds; the benchmarks' command <c>worlds</c> goes through very many.
/// </summary>
public sealed class RandomWorlds
{
    private const int FewPackets = 6;

    [Fact]
    public void Hosts_enforce_what_the_resources_say_whatever_changes_led_there() => Check(Count(250), FewPackets, changes: 6, first: 0);

    [Fact]
    public void Every_packet_at_a_boundary_has_the_verdict_that_the_resources_say() => Check(Count(40), null, changes: 1, first: 1_000_000);

    [Fact]
    public void Nothing_is_left_when_all_resources_are_gone()
    {
        foreach (var seed in Enumerable.Range(0, 40))
        {
            var world = WorldCase.Of(seed, changes: 6);
            var state = world.Changes.Aggregate(PolicyEngine.Apply(EngineState.Empty, Change.Of([.. world.Resources])).State, (state, change) => PolicyEngine.Apply(state, change).State);
            state = PolicyEngine.Apply(state, Change.Delete([.. state.Resources.Keys])).State;
            Assert.Empty(state.Resources);
            Assert.True(
                state.World.Vocabulary.Labels.IsEmpty && state.World.Vocabulary.PortNames.IsEmpty && state.World.Policies.IsEmpty && state.World.Unmanaged.IsEmpty
                && state.World.Members.IsEmpty && state.World.Classes.IsEmpty && state.World.ClassOf.IsEmpty && state.World.HostByAddress.IsEmpty
                && state.Plans.Rows.IsEmpty && state.Resolved.Sets.IsEmpty && state.Resolved.PortSets.IsEmpty && state.Resolved.Groups.IsEmpty,
                $"seed {seed}: something is left");
        }
    }

    private static void Check(int count, int? packets, int changes, int first)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            var world = WorldCase.Of(seed, changes);
            if (WorldProperties.Failure(world, packets) is { } failure)
            {
                (world, failure) = CaseReduction.Reduce(world, failure, packets);
                Assert.Fail($"seed {seed}: {failure}\n{world}");
            }
        }
    }

    private static int Count(int usual) =>
        Environment.GetEnvironmentVariable("EDGEAGENT_WORLDS") is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : usual;
}
