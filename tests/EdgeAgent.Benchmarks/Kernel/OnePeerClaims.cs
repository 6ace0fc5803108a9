using System.Diagnostics;
using System.IO.Pipes;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>One peer in and out, with ever more entries present: what the kernel takes, and what it takes through the whole agent.</summary>
internal static class OnePeerClaims
{
    /// <summary>Milliseconds in which processors fall asleep and caches fill with other things.</summary>
    private const int Rest = 10;

    private static readonly int[] Policies = [10, 100, 1000, 10_000];

    /// <summary>The element and the stamp that goes with it, in one batch: from the first byte sent to the acknowledgement.</summary>
    public static IEnumerable<Claim> Kernel()
    {
        const int Rounds = 1000, WarmUp = 200;
        foreach (var policies in Policies)
        {
            var policy = LargePolicy.Of(policies);
            var summary = HostPolicySummary.Of(policy);
            var program = PolicyProgram.Compile(policy, summary.Digest, CompileOptions.Default);
            using var place = new TestNamespace("bench");
            using var kernel = new NetfilterKernel(place.Path);
            var generation = 0u;
            foreach (var transaction in RulesetDiffer.Plan(null, program.Ruleset).Transactions)
                generation = kernel.Commit(transaction).Generation;
            var more = LargePolicy.WithOneMorePeer(policy);
            var (before, after) = (policy.Sets["set-00000"], more.Sets["set-00000"]);
            var join = program.TryChange([(before, after)], new(new(2), summary.Digest))!;
            program.Confirm();
            var leave = program.TryChange([(after, before)], new(new(1), summary.Digest))!;
            var times = new List<double>();
            for (var i = 0; i < Rounds + WarmUp; i++)
            {
                var joined = kernel.Commit(join, generation);
                var left = kernel.Commit(leave, joined.Generation);
                generation = left.Generation;
                if (i >= WarmUp)
                    times.AddRange([joined.Kernel.TotalMicroseconds, left.Kernel.TotalMicroseconds]);
            }

            var rested = new List<double>();
            for (var i = 0; i < 100; i++)
            {
                Thread.Sleep(Rest);
                var joined = kernel.Commit(join, generation);
                Thread.Sleep(Rest);
                var left = kernel.Commit(leave, joined.Generation);
                generation = left.Generation;
                rested.AddRange([(joined.Encode + joined.Kernel).TotalMicroseconds, (left.Encode + left.Kernel).TotalMicroseconds]);
            }

            yield return new($"kernel.one-peer.{Entries(policies)}", Median.Of(times), "us", 15, $"one element and the stamp, sent to acknowledged, {times.Count} times; a tenth of them within {times[times.Count / 10]:0.0} us; encoded and sent after {Rest} ms without work {Median.Of(rested):0}");
        }
    }

    /// <summary>
    /// A delta as it comes over the wire, to the kernel's acknowledgement, in an agent that does all else beside: one after the other, and
    /// beside it after pauses, in which processors fall asleep and caches fill with other things.
    /// </summary>
    public static IEnumerable<Claim> Agent()
    {
        var bare = WakeUp();
        foreach (var policies in Policies)
        {
            // The policy is written to disk behind each change, which takes the longer the more it holds.
            var rounds = policies < 10_000 ? 200 : 40;
            using var agent = new AgentUnderTest(LargePolicy.Of(policies));
            var (times, plans, encodes, kernels, rested) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var i = -rounds; i < rounds; i++)
            {
                foreach (var change in (ReadOnlySpan<Func<HostPolicy, HostPolicy>>)[LargePolicy.WithOneMorePeer, LargePolicy.WithoutTheOneMore])
                {
                    var elapsed = agent.Change(change);
                    if (i < 0)
                        continue;
                    times.Add(elapsed);
                    plans.Add(agent.Last.Plan);
                    encodes.Add(agent.Last.Encode);
                    kernels.Add(agent.Last.Kernel);
                }
            }

            for (var i = 0; i < rounds / 2; i++)
            {
                foreach (var change in (ReadOnlySpan<Func<HostPolicy, HostPolicy>>)[LargePolicy.WithOneMorePeer, LargePolicy.WithoutTheOneMore])
                {
                    Thread.Sleep(Rest);
                    rested.Add(agent.Change(change));
                }
            }

            yield return new(
                $"agent.one-peer.{Entries(policies)}", Median.Of(times), "us", 100,
                $"delta to acknowledgement, {times.Count} times, a tenth within {times.Order().ElementAt(times.Count / 10):0} us; of it planned in {Median.Of(plans):0}, encoded in {Median.Of(encodes):0}, in the kernel {Median.Of(kernels):0}; after {Rest} ms without work {Median.Of(rested):0}, where a byte from one thread to another takes {bare:0}");
        }
    }

    /// <summary>How long a byte takes from one thread to another that waits for it, after the same rest: microseconds that no agent can save.</summary>
    private static double WakeUp()
    {
        const int Rounds = 200;
        using var writing = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reading = new AnonymousPipeClientStream(PipeDirection.In, writing.ClientSafePipeHandle);
        var times = new List<double>();
        var sent = 0L;
        var receiver = new Thread(() =>
        {
            while (reading.ReadByte() > 0)
                times.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref sent)).TotalMicroseconds);
        });
        receiver.Start();
        for (var i = 0; i < Rounds; i++)
        {
            Thread.Sleep(Rest);
            Volatile.Write(ref sent, Stopwatch.GetTimestamp());
            writing.WriteByte(1);
        }

        writing.WriteByte(0);
        receiver.Join();
        return Median.Of(times);
    }

    private static int Entries(int policies) => policies * LargePolicy.PeersEach;
}
