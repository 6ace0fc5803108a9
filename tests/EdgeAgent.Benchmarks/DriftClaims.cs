using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Daemon;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EdgeAgent.Benchmarks;

/// <summary>How fast the agent undoes what others do to its table.</summary>
internal static class DriftClaims
{
    private const int Rounds = 20;

    /// <summary>Milliseconds between two changes.</summary>
    private const int Rest = 50;

    /// <summary>Every kind of foreign change by <c>nft</c>, from its commit to the commit that repairs it, through the agent's own services.</summary>
    public static IEnumerable<Claim> Repair()
    {
        using var lab = new DriftLab();
        using var host = RunCommand.Build(lab.Options, lab.Directory, lab.Place.Path, new CoreSettings { ConfirmWithin = null, RepairBurst = int.MaxValue });
        host.Start();
        var table = lab.WaitForTable();
        var agent = host.Services.GetRequiredService<Agent>();
        using var stop = new CancellationTokenSource();
        using var monitor = new RulesetMonitor(0, lab.Place.Path);
        using var commits = new BlockingCollection<(long At, string By)>();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in monitor.WatchAsync(stop.Token).ConfigureAwait(false))
                commits.Add((Stopwatch.GetTimestamp(), change.ProcessName));
        });

        var (times, noticed, byKind) = (new List<double>(), new List<double>(), new Dictionary<string, List<double>>());
        foreach (var damage in Enumerable.Repeat(Damages(table).ToList(), Rounds + 1).SelectMany((round, i) => round.Select(command => (Command: command, Counts: i > 0))))
        {
            // The kernel is still freeing what the last repair replaced, and would do that first.
            Thread.Sleep(Rest);
            var repairs = agent.State.Repairs;
            lab.Place.Nft("-f -", damage.Command + "\n");
            var (damaged, by) = commits.Take();
            if (by != "nft")
                throw new InvalidOperationException($"'{by}' committed before the damage");
            var (repaired, _) = commits.Take();
            while (agent.State.Repairs == repairs || agent.State.Running is not null)
                Thread.Sleep(1);
            while (commits.TryTake(out _))
            {
            }

            if (!damage.Counts)
                continue;
            times.Add(Stopwatch.GetElapsedTime(damaged, repaired).TotalMilliseconds);
            if (!byKind.TryGetValue(damage.Command, out var kind))
                byKind.Add(damage.Command, kind = []);
            kind.Add(times[^1]);
            noticed.Add(agent.State.Drift[^1].Repaired.TotalMilliseconds);
        }

        stop.Cancel();
        host.StopAsync().GetAwaiter().GetResult();
        times.Sort();
        var slowest = string.Join(", ", byKind.OrderByDescending(kind => Median.Of(kind.Value)).Take(3).Select(kind => string.Create(CultureInfo.InvariantCulture, $"'{kind.Key}' {Median.Of(kind.Value):0.0} ms")));
        var p99 = times[(int)Math.Ceiling(times.Count * 0.99) - 1];
        yield return new("drift.repair-p99", p99, "ms", 20, $"{times.Count} repairs of 1,000 entries, each kind of change; median {times[times.Count / 2]:0.0} ms, of which {Median.Of(noticed):0.0} ms from notice to repair; slowest kinds {slowest}; worst {times[^1]:0.0} ms; {KernelFloor.Measure(table)}");
    }

    /// <summary>The same changes where the agent owns its table: how many of them get through.</summary>
    public static IEnumerable<Claim> Owned()
    {
        using var lab = new DriftLab();
        using var host = RunCommand.Build(lab.Options with { Owner = "on" }, lab.Directory, lab.Place.Path, new CoreSettings { ConfirmWithin = null });
        host.Start();
        var table = lab.WaitForTable();
        var damages = Damages(table).ToList();
        var refused = damages.Count(damage => IsRefused(lab.Place, damage));
        using (var kernel = new NetfilterKernel(lab.Place.Path))
        {
            if (RulesetDigest.Of(kernel.Read().Ruleset!) != RulesetDigest.Of(table))
                throw new InvalidOperationException("the table is not what it was");
        }

        var repairs = host.Services.GetRequiredService<Agent>().State.Repairs;
        host.StopAsync().GetAwaiter().GetResult();
        yield return new("drift.owned", repairs, "changes", 0, $"of {damages.Count} that got through to a table with an owner: {refused} refused by the kernel, {damages.Count - refused} (flush ruleset) pass it by");
    }

    private static bool IsRefused(TestNamespace place, string change)
    {
        try
        {
            place.Nft("-f -", change + "\n");
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>Somebody deletes and changes the table as fast as possible: what the agent's process spends on it.</summary>
    public static IEnumerable<Claim> FlushLoop()
    {
        using var lab = new DriftLab();
        using var agent = lab.StartAgent();
        try
        {
            lab.WaitForTable();
            using var foreign = new NetfilterKernel(lab.Place.Path);
            var changes = 0;
            // The runtime compiles anew what it finds busy, once, and that takes several times what the agent itself does.
            Loop(foreign, TimeSpan.FromSeconds(45), ref changes);
            agent.Refresh();
            var before = agent.TotalProcessorTime;
            changes = 0;
            var elapsed = Loop(foreign, TimeSpan.FromSeconds(15), ref changes);
            agent.Refresh();
            var share = (agent.TotalProcessorTime - before) / elapsed;
            var standing = StatusDocument.Parse(File.ReadAllBytes(lab.Directory.Status));
            if (!standing.Reason.Contains("again and again", StringComparison.Ordinal))
                throw new InvalidOperationException($"the status says '{standing.Reason}'");
            yield return new("drift.flush-loop-cpu", share * 100, "%", 5, $"of a core, over {elapsed.TotalSeconds:0} s in which another process committed {changes:N0} changes; {standing.Repairs} repairs since the start");
        }
        finally
        {
            agent.Kill();
            agent.WaitForExit();
        }
    }

    private static TimeSpan Loop(NetfilterKernel foreign, TimeSpan span, ref int changes)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(started) < span; i++)
        {
            // The table is gone now and then; what cannot be done then is not done.
            try
            {
                foreign.Commit(new Transaction([(i % 500) switch { 0 => new DeleteTable(), var odd when odd % 2 == 1 => new CreateCounter("loop"), _ => new DeleteCounter("loop") }]));
                changes++;
            }
            catch (EdgeAgent.Netlink.NetlinkException)
            {
                Thread.Sleep(1);
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static IEnumerable<string> Damages(Ruleset table)
    {
        var map = table.Sets.Values.First(set => set.Schema.Kind == SetKind.CounterMap && set.Elements.Count > 1 && !set.Schema.Intervals).Schema.Name;
        return
        [
            "flush ruleset",
            "delete table inet edgeagent",
            "flush chain inet edgeagent input",
            "insert rule inet edgeagent input accept",
            "add rule inet edgeagent in-deny accept",
            "add chain inet edgeagent foreign",
            "add chain inet edgeagent input { policy drop; }",
            $"flush map inet edgeagent {map}",
            $"add element inet edgeagent {map} {{ 192.0.2.1 : \"denied.in\" }}",
            "add set inet edgeagent foreign { type ipv4_addr; }",
            "add counter inet edgeagent foreign",
            "add table inet edgeagent { flags dormant; }",
        ];
    }
}
