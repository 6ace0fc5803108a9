using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>A full program of 1,000 policies and 100,000 entries, beside other ways to load it or its like, each in a fresh namespace.</summary>
internal static class FullLoadClaims
{
    private const int Turns = 5;
    private const int Policies = 1000;

    public static IEnumerable<Claim> Measure()
    {
        var policy = LargePolicy.Of(Policies);
        var desired = RulesetCompiler.Compile(policy, CompileOptions.Default);
        var batches = EncodedBatch.Of(RulesetDiffer.Plan(null, desired));
        using var files = new ScratchDirectory();
        var text = files.Write("ruleset.nft", Listed(desired));
        var go = GoLoader.TryBuild(files, out var missing);

        var contest = new Contest();
        contest.Add("ours", () => InNamespace(place => Load(place, desired)));
        contest.Add("replay", () => InNamespace(place => EncodedBatch.Replay(place.Path, batches)));
        contest.Add("nft", () => InNamespace(place => Median.Time(() => place.Execute("nft", ["-f", text]))));
        contest.Add("ipset", () => InNamespace(new IptablesLoader(files, policy).Load));
        if (go is not null && !Works(go, out missing))
            go = null;
        if (go is not null)
            contest.Add("go", () => InNamespace(place => Median.Time(() => place.Execute(go, [$"{Policies}", $"{LargePolicy.PeersEach}"]))));
        var times = contest.Run(Turns);

        var ours = times["ours"];
        yield return Ratio("kernel.full-load", "nft", 0.25, "nft -f of the same ruleset");
        yield return Ratio("kernel.full-load.replay", "replay", 1.15, "sending the same bytes again");
        yield return Ratio("kernel.full-load.iptables", "ipset", 1, "ipset restore and iptables-restore of the equivalent");
        yield return go is null
            ? new("kernel.full-load.go", null, "ratio", 1, missing)
            : Ratio("kernel.full-load.go", "go", 1, "a Go program on google/nftables that loads the equivalent");

        Claim Ratio(string name, string other, double target, string what) =>
            new(name, ours / times[other], "ratio", target, $"{ours:0} ms beside {times[other]:0} ms of {what}, {Policies} policies, {Policies * LargePolicy.PeersEach} entries");
    }

    /// <summary>Whether the program loads at all: its library leaves the socket's buffers as the system made them.</summary>
    private static bool Works(string program, out string problem)
    {
        try
        {
            using var place = new TestNamespace("bench");
            place.Execute(program, [$"{Policies}", $"{LargePolicy.PeersEach}"]);
            problem = "";
            return true;
        }
        catch (InvalidOperationException e)
        {
            problem = e.Message.Trim();
            return false;
        }
    }

    private static double Load(TestNamespace place, Ruleset desired)
    {
        using var kernel = new NetfilterKernel(place.Path);
        return Median.Time(() =>
        {
            foreach (var transaction in RulesetDiffer.Plan(null, desired).Transactions)
                kernel.Commit(transaction);
        });
    }

    private static string Listed(Ruleset desired)
    {
        using var place = new TestNamespace("bench");
        Load(place, desired);
        return place.Nft("list table inet edgeagent");
    }

    private static double InNamespace(Func<TestNamespace, double> run)
    {
        using var place = new TestNamespace("bench");
        return run(place);
    }
}
