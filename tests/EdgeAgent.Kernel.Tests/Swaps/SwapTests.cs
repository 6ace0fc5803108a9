using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>
/// An allowed and a denied stream, both ways and in both families, while policies change: the transactions are those of the agent, and the kernel
/// counts each packet before and behind our chains. The benchmark <c>updates.swap</c> does the same a thousand times.
/// </summary>
public sealed class SwapTests : IDisposable
{
    private const int Swaps = 63, LeastOfEach = 7, LeastPackets = 20_000;
    private readonly SwapTraffic _traffic = new();
    private readonly NetfilterKernel _kernel;

    public SwapTests() => _kernel = new NetfilterKernel(_traffic.Host.Path);

    public void Dispose()
    {
        _kernel.Dispose();
        _traffic.Dispose();
    }

    [Fact]
    public void Swaps_of_every_kind_lose_and_leak_nothing()
    {
        var world = new SwapWorld(1);
        var kinds = new Dictionary<SwapKind, int>();
        Install(world.Policy);
        _traffic.Start(30_000, 10_000);
        for (var swap = 0; swap < Swaps || _traffic.Read() is { Allowed: < LeastPackets } or { Denied: < LeastPackets }; swap++)
        {
            var kind = world.Next();
            Install(world.Policy);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }

        var totals = _traffic.Stop();
        Assert.True(totals is { Lost: 0, Leaked: 0 }, $"{totals}");
        Assert.All(Enum.GetValues<SwapKind>(), kind => Assert.True(kinds.GetValueOrDefault(kind) >= LeastOfEach, $"{kind}: {kinds.GetValueOrDefault(kind)}"));
    }

    [Fact]
    public void Installation_and_removal_lose_nothing_and_leak_nothing_once_the_table_is_there()
    {
        var world = new SwapWorld(2);
        _traffic.Start(20_000, 10_000);
        var enforced = default(SwapTotals);
        for (var i = 0; i < 10; i++)
        {
            Install(world.Policy);
            // A packet that is between the chains when the table comes may still be judged without it.
            Thread.Sleep(20);
            var before = _traffic.Read();
            Thread.Sleep(50);
            var after = _traffic.Read() - before;
            enforced = new(enforced.Allowed + after.Allowed, enforced.Denied + after.Denied, 0, enforced.Leaked + after.Leaked);
            _kernel.DeleteTable();
            world.Next();
        }

        var totals = _traffic.Stop();
        Assert.True(totals.Lost == 0 && enforced.Leaked == 0 && enforced.Denied > 500 && totals.Leaked > 500, $"{totals}, while enforced {enforced}");
    }

    [Fact]
    public void What_a_bad_swap_does_is_counted()
    {
        var world = new SwapWorld(3);
        Install(world.Policy);
        _traffic.Start(20_000, 10_000);
        var start = _traffic.Read();
        _kernel.DeleteTable();
        Thread.Sleep(20);
        Install(world.Policy);
        var opened = _traffic.Read() - start;
        Install(world.Policy with { Mode = EnforcementMode.Quarantine });
        Thread.Sleep(20);
        Install(world.Policy);
        var totals = _traffic.Stop() - start;
        Assert.True(opened.Leaked > 0 && totals.Lost > 0, $"{opened}, {totals}");
    }

    private void Install(HostPolicy policy) => _kernel.Update(table => RulesetDiffer.Plan(
        table.Ruleset,
        RulesetCompiler.Compile(policy, CompileOptions.Default with { SizesInUse = SetSizes.Of(table.Ruleset ?? Ruleset.Empty) })));
}
