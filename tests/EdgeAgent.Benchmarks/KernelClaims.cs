using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>What programming a kernel costs, in namespaces of its own.</summary>
internal static class KernelClaims
{
    private const int Runs = 5;

    /// <summary>A full program of 1,000 policies and 100,000 entries, beside <c>nft -f</c> of the same ruleset.</summary>
    public static IEnumerable<Claim> FullLoad()
    {
        var desired = RulesetCompiler.Compile(LargePolicy.Of(1000), CompileOptions.Default);
        var text = "";
        var ours = Median.Of(Runs, time =>
        {
            using var place = new TestNamespace("bench");
            using var kernel = new NetfilterKernel(place.Path);
            var elapsed = time(() => Commit(kernel, RulesetDiffer.Plan(null, desired)));
            if (text.Length == 0)
                text = place.Nft("list table inet edgeagent");
            return elapsed;
        });
        var file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        try
        {
            var theirs = Median.Of(Runs, time =>
            {
                using var place = new TestNamespace("bench");
                return time(() => place.Nft($"-f {file}"));
            });
            yield return new("kernel.full-load", ours / theirs, "ratio", 0.25, $"{ours:0} ms beside {theirs:0} ms of nft -f, 1,000 policies, 100,000 entries");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>One peer in, with many entries present: the commit alone.</summary>
    public static IEnumerable<Claim> OnePeer()
    {
        foreach (var policies in new[] { 10, 100, 1000, 10_000 })
        {
            var before = LargePolicy.Of(policies);
            var options = CompileOptions.Default;
            var desired = RulesetCompiler.Compile(before, options);
            var next = RulesetCompiler.Compile(LargePolicy.WithOneMorePeer(before), options);
            using var place = new TestNamespace("bench");
            using var kernel = new NetfilterKernel(place.Path);
            Commit(kernel, RulesetDiffer.Plan(null, desired));
            var (join, leave) = (ElementsOnly(RulesetDiffer.Plan(desired, next)), ElementsOnly(RulesetDiffer.Plan(next, desired)));
            var times = new List<double>();
            for (var i = 0; i < 300; i++)
            {
                var elapsed = Median.Time(() => Commit(kernel, join));
                Commit(kernel, leave);
                if (i >= 50)
                    times.Add(elapsed * 1000);
            }

            yield return new($"kernel.one-peer.{policies * LargePolicy.PeersEach}", Median.Of(times), "us", 100, "encode, kernel and acknowledgement of one element");
        }
    }

    /// <summary>From a host policy to the plan, without the kernel.</summary>
    public static IEnumerable<Claim> Compile()
    {
        var before = LargePolicy.Of(1000);
        var after = LargePolicy.WithOneMorePeer(before);
        var held = RulesetCompiler.Compile(before, CompileOptions.Default);
        var elapsed = Median.Of(Runs, time => time(() => RulesetDiffer.Plan(held, RulesetCompiler.Compile(after, CompileOptions.Default))));
        yield return new("dataplane.compile-and-diff", elapsed, "ms", 150, "1,000 policies, 100,000 entries, one peer more");
    }

    // The stamp's rule changes with every policy; a joining peer is the elements alone.
    private static UpdatePlan ElementsOnly(UpdatePlan plan) => new([.. plan.Transactions
        .Select(transaction => new Transaction([.. transaction.Operations.Where(operation => operation is AddElements or DeleteElements)]))
        .Where(transaction => !transaction.Operations.IsEmpty)]);

    private static void Commit(NetfilterKernel kernel, UpdatePlan plan)
    {
        foreach (var transaction in plan.Transactions)
            kernel.Commit(transaction);
    }
}
