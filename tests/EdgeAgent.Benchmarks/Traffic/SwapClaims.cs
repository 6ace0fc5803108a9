using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>What policy swaps do to packets: an allowed and a denied stream, both ways and in both families, counted in the kernel.</summary>
internal static class SwapClaims
{
    private const int Swaps = 1_000, Installations = 50, InboundPerSecond = 30_000, OutboundPerSecond = 10_000;

    /// <summary>A thousand random swaps of every kind, by the transactions of the agent.</summary>
    public static IEnumerable<Claim> Measure()
    {
        using var traffic = new SwapTraffic();
        using var kernel = new NetfilterKernel(traffic.Host.Path);
        var world = new SwapWorld(2026);
        Install(kernel, world.Policy);
        traffic.Start(InboundPerSecond, OutboundPerSecond);
        var start = traffic.Read();
        var kinds = new SortedDictionary<SwapKind, int>();
        var lost = new List<(string Swap, long Lost)>();
        var started = Stopwatch.GetTimestamp();
        for (var swap = 0; swap < Swaps; swap++)
        {
            var kind = world.Next();
            Install(kernel, world.Policy);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            lost.Add(($"{kind} ({swap})", traffic.Read().Lost));
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var totals = traffic.Stop();
        var sent = totals.Allowed + totals.Denied - start.Allowed - start.Denied;
        var against = $"{Swaps} swaps in {elapsed.TotalSeconds:0} s: {string.Join(", ", kinds.Select(static kind => $"{kind.Value} {kind.Key}"))}";
        yield return new("updates.swap.lost", totals.Lost, "packets", 0, $"of {totals.Allowed} allowed, {against}{Losers([.. lost, ("the end", totals.Lost)])}");
        yield return new("updates.swap.leaked", totals.Leaked, "packets", 0, $"of {totals.Denied} denied, {against}");
        yield return new("updates.swap.packet-interval", elapsed.TotalMicroseconds / sent, "us", 1e6 / 30_000, $"{sent / elapsed.TotalSeconds:0} packets a second");
    }

    // What was counted after a swap includes packets that were on their way, or lacks what was counted before others; what is counted later on
    // as well was lost by then.
    private static string Losers(IReadOnlyList<(string Swap, long Lost)> counted)
    {
        var words = new List<string>();
        for (var (i, after) = (counted.Count - 1, long.MaxValue); i >= 0; i--)
        {
            after = Math.Clamp(counted[i].Lost, 0, after);
            var before = i == 0 ? 0 : Math.Clamp(counted[i - 1].Lost, 0, after);
            if (after > before)
                words.Add($"{after - before} by {counted[i].Swap}");
        }

        return words.Count == 0 ? "" : $"; lost {string.Join(", ", Enumerable.Reverse(words))}";
    }

    /// <summary>First installations on a host that nothing is enforced on.</summary>
    public static IEnumerable<Claim> Install()
    {
        using var traffic = new SwapTraffic();
        using var kernel = new NetfilterKernel(traffic.Host.Path);
        var world = new SwapWorld(2027);
        traffic.Start(InboundPerSecond, OutboundPerSecond);
        long leaked = 0, denied = 0;
        for (var i = 0; i < Installations; i++)
        {
            Install(kernel, world.Policy);
            // A packet that is between the chains when the table comes may still be judged without it.
            Thread.Sleep(20);
            var before = traffic.Read();
            Thread.Sleep(50);
            var enforced = traffic.Read() - before;
            (leaked, denied) = (leaked + enforced.Leaked, denied + enforced.Denied);
            kernel.DeleteTable();
            world.Next();
        }

        var totals = traffic.Stop();
        yield return new("updates.install.lost", totals.Lost, "packets", 0, $"of {totals.Allowed} allowed, {Installations} installations and removals");
        yield return new("updates.install.leaked", leaked, "packets", 0, $"of {denied} denied once the table was there");
    }

    private static void Install(NetfilterKernel kernel, HostPolicy policy) => kernel.Update(table => RulesetDiffer.Plan(
        table.Ruleset,
        RulesetCompiler.Compile(policy, CompileOptions.Default with { SizesInUse = SetSizes.Of(table.Ruleset ?? Ruleset.Empty) })));
}
