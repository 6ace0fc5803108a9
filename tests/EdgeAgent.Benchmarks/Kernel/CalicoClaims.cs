using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>Tables of many sets and many rules: loaded, changed by one element, by one chain, and verified, each beside nft.</summary>
internal static class CalicoClaims
{
    private const int Turns = 5;

    public static IEnumerable<Claim> Measure() => CalicoScale.All.SelectMany(Measure);

    /// <summary>Does in this process, which does nothing else, what <see cref="Measure()"/> does at the largest scale.</summary>
    public static void RunOnce()
    {
        var scale = CalicoScale.All[^1];
        using var place = new TestNamespace("bench");
        using var kernel = new NetfilterKernel(place.Path);
        var table = scale.Ruleset();
        Commit(kernel, RulesetDiffer.Plan(null, table).Transactions);
        kernel.Commit(CalicoScale.OneElement().Add);
        kernel.Commit(CalicoScale.OneElement().Delete);
        kernel.Commit(scale.Rewritten(1));
        kernel.Commit(scale.Rewritten(0));
        Verify(kernel, RulesetDigest.Of(table));
    }

    private static IEnumerable<Claim> Measure(CalicoScale scale)
    {
        var table = scale.Ruleset();
        var digest = RulesetDigest.Of(table);
        using var files = new ScratchDirectory();
        using var place = new TestNamespace("bench");
        using var kernel = new NetfilterKernel(place.Path);
        Commit(kernel, RulesetDiffer.Plan(null, table).Transactions);
        var text = files.Write("ruleset.nft", place.Nft("list table inet edgeagent"));
        var rewritten = new[] { 0, 1 }.Select(generation => files.Write($"chain-{generation}.nft", Chain(scale, generation))).ToArray();
        var (add, delete) = CalicoScale.OneElement();
        var whole = EncodedBatch.Of(RulesetDiffer.Plan(null, table));
        var chains = new[] { 0, 1 }.Select(generation => (IReadOnlyList<byte[]>)[EncodedBatch.Of(scale.Rewritten(generation))]).ToArray();

        var contest = new Contest();
        contest.Add("load", () => Fresh((_, other) => Median.Time(() => Commit(other, RulesetDiffer.Plan(null, table).Transactions))));
        contest.Add("kernel load", () => Fresh((other, _) => EncodedBatch.Replay(other.Path, whole)));
        contest.Add("nft load", () => Fresh((other, _) => Median.Time(() => other.Execute("nft", ["-f", text]))));
        contest.Add("element", () => Swap(200, _ => kernel.Commit(add), _ => kernel.Commit(delete)));
        contest.Add("nft element", () => Swap(1, _ => place.Nft($"add element inet edgeagent {CalicoScale.SetName(0)} {{ 192.0.2.1 }}"), _ => place.Nft($"delete element inet edgeagent {CalicoScale.SetName(0)} {{ 192.0.2.1 }}")));
        contest.Add("chain", () => Swap(20, i => kernel.Commit(scale.Rewritten(1)), i => kernel.Commit(scale.Rewritten(0))));
        contest.Add("kernel chain", () => Median.Of([.. Enumerable.Range(0, 40).Select(turn => EncodedBatch.Replay(place.Path, chains[(turn + 1) % 2]))]));
        contest.Add("nft chain", () => Swap(1, _ => place.Nft($"-f {rewritten[1]}"), _ => place.Nft($"-f {rewritten[0]}")));
        contest.Add("verify", () => Median.Time(() => Verify(kernel, digest)));
        contest.Add("kernel verify", () => DumpedTable.Read(place.Path, table));
        contest.Add("nft verify", () => Median.Time(() => place.Nft("list table inet edgeagent")));
        var times = contest.Run(Turns);

        yield return Of("load", 450, "full load");
        yield return Of("element", 0.1, "one element in or out");
        yield return Of("chain", 1, "one chain written anew");
        yield return Of("verify", 250, "read back and compared by digest");

        Claim Of(string what, double target, string words)
        {
            var kernel = times.TryGetValue("kernel " + what, out var alone) ? $", {alone:0.#} ms the kernel alone, given or asked for the same bytes" : "";
            return new($"kernel.calico.{scale}.{what}", times[what], "ms", target, $"{words}; {times["nft " + what]:0.#} ms with nft{kernel}");
        }
    }

    private static string Chain(CalicoScale scale, int generation) =>
        $"flush chain inet edgeagent {CalicoScale.ChainName(0)}\n" + string.Join('\n', Enumerable.Range(0, scale.Rules).Select(rule => $"add rule inet edgeagent {CalicoScale.ChainName(0)} ip saddr @{CalicoScale.SetName((rule + generation) % scale.Sets)} accept"));

    private static void Verify(NetfilterKernel kernel, Contracts.Digest digest)
    {
        if (kernel.Read().Ruleset is not { } found || RulesetDigest.Of(found) != digest)
            throw new InvalidOperationException("the kernel holds something else than was written");
    }

    private static double Fresh(Func<TestNamespace, NetfilterKernel, double> run)
    {
        using var place = new TestNamespace("bench");
        using var kernel = new NetfilterKernel(place.Path);
        return run(place, kernel);
    }

    /// <summary>There and back many times; the median of one way.</summary>
    private static double Swap(int times, Action<int> there, Action<int> back)
    {
        var each = new List<double>();
        for (var i = 0; i < times; i++)
            each.AddRange([Median.Time(() => there(i)), Median.Time(() => back(i))]);
        return Median.Of(each);
    }

    private static void Commit(NetfilterKernel kernel, Contracts.EquatableArray<Transaction> transactions)
    {
        foreach (var transaction in transactions)
            kernel.Commit(transaction);
    }
}
