using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>
/// Packets that are between two lookups when a transaction comes into force: where both policies agree about a flow, they are decided like that.
/// </summary>
public sealed class UnderWayTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 5)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_packet_under_way_is_decided_as_before_and_after(int seed)
    {
        var world = new SwapWorld(seed);
        var packets = StreamFlows.Of(Direction.Inbound).Concat(StreamFlows.Of(Direction.Outbound)).ToList();
        var kernel = new FakeKernel(Compile(world.Policy, Ruleset.Empty));
        for (var swap = 0; swap < 27; swap++)
        {
            var kind = world.Next();
            var before = kernel.Ruleset!;
            var step = 0;
            kernel.Apply(RulesetDiffer.Plan(before, Compile(world.Policy, before)), after =>
            {
                foreach (var packet in packets)
                {
                    var isAllowed = packet.SourcePort == StreamFlows.AllowedFrom;
                    if (RulesetInterpreter.Torn(before, after!, packet).Any(passes => passes != isAllowed))
                        Assert.Fail($"swap {swap}, {kind}, transaction {step}: {packet}, which is {(isAllowed ? "allowed" : "denied")}, is not while that comes into force");
                }

                before = after!;
                step++;
            });
        }
    }

    private static Ruleset Compile(HostPolicy policy, Ruleset present) => RulesetCompiler.Compile(policy, CompileOptions.Default with { SizesInUse = SetSizes.Of(present) });
}
