using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// What no repair can be faster than. Who changed something closes his socket, and for that the kernel waits, with the lock of all commits
/// held, until what the change freed is out of use (a grace period of RCU, nft_rcv_nl_event): a transaction that is sent at the notice of
/// the change comes into force only then.
/// </summary>
internal static class KernelFloor
{
    private const int Rounds = 100;

    /// <summary>The time from a change by <c>nft</c> to a transaction that was sent, ready made, by the thread that the kernel told of the change.</summary>
    /// <param name="table">A table to damage.</param>
    public static string Measure(Ruleset table)
    {
        using var place = new TestNamespace("bench");
        using var kernel = new NetfilterKernel(place.Path);
        var whole = RulesetDiffer.Plan(null, table).Transactions;
        foreach (var transaction in whole)
            kernel.Commit(transaction);
        var policy = Times(place, kernel, "add chain inet edgeagent input { policy drop; }", [new Transaction([new SetChainPolicy("input", false)])]);
        var deletion = Times(place, kernel, "delete table inet edgeagent", [.. whole]);
        return string.Create(CultureInfo.InvariantCulture, $"the kernel alone, told at once what to do: a policy set back {Words(policy)}, a deleted table put back {Words(deletion)}");
    }

    private static string Words(List<double> times) => string.Create(CultureInfo.InvariantCulture, $"{Median.Of(times):0.0} ms (p99 {times[(int)Math.Ceiling(times.Count * 0.99) - 1]:0.0})");

    private static List<double> Times(TestNamespace place, NetfilterKernel kernel, string damage, IReadOnlyList<Transaction> repair)
    {
        using var monitor = new RulesetMonitor(kernel.PortId, place.Path);
        using var repaired = new BlockingCollection<double>();
        using var stop = new CancellationTokenSource();
        var repairing = Task.Run(async () =>
        {
            await foreach (var change in monitor.WatchAsync(stop.Token).ConfigureAwait(false))
            {
                if (change.Own)
                    continue;
                var noticed = Stopwatch.GetTimestamp();
                foreach (var transaction in repair)
                    kernel.Commit(transaction);
                repaired.Add(Stopwatch.GetElapsedTime(noticed).TotalMilliseconds);
            }
        });
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            place.Nft("-f -", damage + "\n");
            times.Add(repaired.Take());
            Thread.Sleep(50);
        }

        stop.Cancel();
        return times;
    }
}
