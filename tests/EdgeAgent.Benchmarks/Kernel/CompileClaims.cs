using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Benchmarks;

/// <summary>From host policies to plans, without the kernel.</summary>
internal static class CompileClaims
{
    private const int Runs = 5;

    /// <summary>Compiled from scratch and compared with what is held, and changed in place.</summary>
    public static IEnumerable<Claim> Measure()
    {
        var before = LargePolicy.Of(1000);
        var after = LargePolicy.WithOneMorePeer(before);
        var held = RulesetCompiler.Compile(before, CompileOptions.Default);
        var elapsed = Median.Of(Runs, time => time(() => RulesetDiffer.Plan(held, RulesetCompiler.Compile(after, CompileOptions.Default))));
        yield return new("dataplane.compile-and-diff", elapsed, "ms", 150, "1,000 policies, 100,000 entries, one peer more");

        foreach (var policies in new[] { 10, 100, 1000, 10_000 })
        {
            var policy = LargePolicy.Of(policies);
            var program = PolicyProgram.Compile(policy, HostPolicyDigest.Of(policy), CompileOptions.Default);
            var (old, now) = (policy.Sets["set-00000"], LargePolicy.WithOneMorePeer(policy).Sets["set-00000"]);
            var revision = new Revision(1);
            var digest = HostPolicyDigest.Of(policy);
            var times = new List<double>();
            for (var i = 0; i < 1000; i++)
            {
                times.Add(Median.Time(() =>
                {
                    revision = revision.Next;
                    _ = program.TryChange([(old, now)], new(revision, digest)) ?? throw new InvalidOperationException("one peer more took a compilation");
                    program.Confirm();
                }));
                (old, now) = (now, old);
            }

            yield return new($"dataplane.one-peer.{policies * LargePolicy.PeersEach}", Median.Of(times) * 1000, "us", 40, "two sets to the transaction that leads from one to the other");
        }
    }
}
