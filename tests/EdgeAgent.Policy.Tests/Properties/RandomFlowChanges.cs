using System.Globalization;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>What differs between two states of a random world is what a reference evaluator says of flows between addresses.</summary>
public sealed class RandomFlowChanges
{
    private const int FewPackets = 250;

    [Fact]
    public void Changed_flows_are_those_whose_verdict_the_resources_say_differently()
    {
        var different = 0;
        var count = Environment.GetEnvironmentVariable("EDGEAGENT_WORLDS") is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : 8;
        for (var seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            var world = WorldCase.Of(seed, changes: 5);
            var states = new List<EngineState> { EngineState.Empty, PolicyEngine.Apply(EngineState.Empty, Change.Of([.. world.Resources])).State };
            foreach (var change in world.Changes)
                states.Add(PolicyEngine.Apply(states[^1], change).State);
            var scratch = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. states[^1].Resources.Values])).State;
            foreach (var (before, after) in states.Zip(states.Skip(1)).Append((states[1], scratch)).Append((scratch, states[^1])))
                different += Check(before, after, random, $"seed {seed}\n{world}");
        }

        Assert.True(different > count * 10, $"only {different} packets had another verdict: the property says little");
    }

    private static int Check(EngineState before, EngineState after, Random random, string world)
    {
        try
        {
            var property = new FlowProperty(before, after, random);
            property.Check(FewPackets);
            return property.Different;
        }
        catch (PropertyFailedException e)
        {
            throw new PropertyFailedException($"{e.Message}\n{world}");
        }
    }
}
