using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.Policy;

namespace EdgeAgent.Benchmarks;

/// <summary>What computing a fleet's policy costs, from nothing and for one change, over fleets of three sizes.</summary>
internal static class EngineClaims
{
    private const double Mebibyte = 1024 * 1024;
    private const int Pods = 10_000;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300), WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>A fleet, how often it is built, and what is asked of it.</summary>
    private sealed record Size(string Name, FleetWorld World, int Builds, double Build, double Label);

    private static readonly Size[] Sizes =
    [
        new("1k", new(1_000, 100, 500), 5, 1500, 5),
        new("10k", new(10_000, 200, 1_000), 5, 1500, 5),
        new("100k", new(100_000, 500, 2_000), 2, 20_000, 10),
    ];

    /// <summary>All of it.</summary>
    public static IEnumerable<Claim> Fleets() => Sizes.SelectMany(Of).SelectMany(claims => claims);

    private static IEnumerable<IEnumerable<Claim>> Of(Size size)
    {
        var world = size.World;
        var resources = world.Resources;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var state = PolicyEngine.Apply(EngineState.Empty, new(resources, [])).State;
        var held = (GC.GetTotalMemory(forceFullCollection: true) - before) / Mebibyte;
        var build = Median.Of(size.Builds, time => time(() => state = PolicyEngine.Apply(EngineState.Empty, new(resources, [])).State));
        yield return
        [
            new($"engine.build.{size.Name}", build, "ms", size.Build, world.Words),
            new($"engine.memory.{size.Name}", held, "MiB", size.Name == "100k" ? 2048 : 300, $"{world.Words}: what the state holds beside the resources"),
        ];

        var other = 0;
        yield return Claims(size, "label-change", size.Label, "one host gets the labels of another application, to the deltas of all hosts", state, () =>
            Change.Of(FleetWorld.Host(0, other = (other + 1) % world.Identities)));
        yield return Claims(size, "first-of-its-kind", 50, "one host becomes unlike all others (goes to audit mode), to the deltas of all hosts", state, () =>
            Change.Of(FleetWorld.Host(0, other++ % world.Identities) with { Mode = EnforcementMode.Audit }));
        yield return Claims(size, "host-joins", 2, "one host more of an application", state, () =>
            Change.Of(FleetWorld.Host(world.Hosts + other, ++other % world.Identities)), deltas: false);
        yield return Claims(size, "host-leaves", 2, "one host less", state, () =>
            Change.Delete(FleetWorld.Host(++other % world.Hosts, 0).Key), deltas: false);

        var pods = PolicyEngine.Apply(state, Change.Of([.. Enumerable.Range(0, Pods).Select(number => FleetWorld.Pod(number, number, 0))])).State;
        yield return Claims(size, "pod-moves", 10, $"one of {Pods} pods gets another address, to the deltas of the hosts that may talk to it", pods, () =>
            Change.Of(FleetWorld.Pod(7, Pods + (++other % Pods), 0)));

        var meshed = PolicyEngine.Apply(pods, Change.Of([.. world.Mesh, .. Enumerable.Range(0, Pods).Select(number => FleetWorld.Pod(number, number, number % world.Identities))])).State;
        yield return Claims(size, "mesh-pod-moves", 10, $"the same where each application has a service, a route and two AuthorizationPolicies, and {Pods} pods their accounts", meshed, () =>
            Change.Of(FleetWorld.Pod(7, Pods + (++other % Pods), 7)));
        yield return Claims(size, "mesh-label-change", size.Label, "one host gets the labels of another application, there", meshed, () =>
            Change.Of(FleetWorld.Host(0, other = (other + 1) % world.Identities)));

        // Half a thousand hosts at either end, whatever the size of the fleet.
        var applications = Math.Max(1, 500 * world.Identities / world.Hosts);
        var open = PolicyEngine.Apply(state, Change.Of(Grant(0))).State;
        yield return Claims(size, "policy-change", 50, $"another port in a policy for a thousand hosts, to their deltas", open, () => Change.Of(Grant(++other)));

        PolicyResource Grant(int number) => FleetWorld.Grant("grant", Enumerable.Range(0, applications), Enumerable.Range(applications, applications), (ushort)(20_000 + number));
    }

    /// <summary>What a change costs among others in a row, and what one costs alone, right after a full collection has emptied the processor's caches.</summary>
    private static IEnumerable<Claim> Claims(Size size, string name, double target, string against, EngineState state, Func<Change> change, bool deltas = true)
    {
        const int Calls = 60;
        var (policies, hosts) = (0, 0);

        // A control plane runs for months: what is measured is code that was compiled for good, which takes some calls, a moment, and as much again.
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Calls || Stopwatch.GetElapsedTime(began) < WarmUp; i++)
        {
            Make(change());
            if (i == Calls / 2)
                Thread.Sleep(Settling);
        }

        var words = $"{size.World.Words}: {against} ({policies} policies of {hosts} hosts change)";
        yield return new($"engine.{name}.{size.Name}", Of(9, 20), "ms", target, words);
        yield return new($"engine.{name}-alone.{size.Name}", Of(25, 1), "ms", target, $"{words}, right after a full garbage collection");

        double Of(int runs, int row) => Median.Of(runs, time =>
        {
            Change[] next = [.. Enumerable.Range(0, row).Select(_ => change())];
            return time(() => Array.ForEach(next, Make)) / row;
        });

        void Make(Change next)
        {
            var result = PolicyEngine.Apply(state, next);
            (policies, hosts) = (result.Changes.Length, result.Changed.Count);
            if (deltas)
                Deltas(result);
        }
    }

    /// <summary>What the control plane makes of a change, encoded as hosts receive it: by the threads that serve them, each policy once.</summary>
    private static void Deltas(ApplyResult result)
    {
        var encodings = new PolicyEncodings(result.State.Revision);
        Parallel.ForEach(result.Changes, change => encodings.Delta(change.Before ?? SharedPolicy.Empty, change.After));
    }
}
