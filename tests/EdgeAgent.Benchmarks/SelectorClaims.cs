using EdgeAgent.Policy;

namespace EdgeAgent.Benchmarks;

/// <summary>What evaluating selectors costs.</summary>
internal static class SelectorClaims
{
    private const int Rounds = 20_000;

    /// <summary>Ten million label tests a second on one core are 100 ns for each.</summary>
    public static IEnumerable<Claim> LabelTests()
    {
        Selector[] selectors =
        [
            .. new[]
            {
                "app == 'reviews' && version == 'v2'",
                "app in {'ratings', 'reviews', 'details'} && !has(legacy)",
                "(tier == 'front' || tier == 'back') && zone != 'c' && version starts with 'v'",
                "has(app) && version not in {'v1', 'v3'}",
            }.Select(Selector.Parse),
        ];
        LabelSet[] hosts =
        [
            .. Enumerable.Range(0, 16).Select(number => LabelSet.Of(
                ("app", number % 2 == 0 ? "reviews" : "ratings"), ("version", $"v{number % 4}"), ("tier", "front"), ("zone", number % 3 == 0 ? "c" : "a"), ("team", "books"))),
        ];
        var tests = Rounds * hosts.Length * selectors.Sum(Tests);
        var time = Median.Of(5, time => time(() => Evaluate(selectors, hosts)));
        yield return new("selectors.label-test", time * 1e6 / tests, "ns", 100, "one test of one label, in selectors of two to four, on one core");
    }

    private static int Tests(Selector selector) => selector.ToString().Split("&&", StringSplitOptions.None).Sum(part => part.Split("||").Length);

    private static int Evaluate(Selector[] selectors, LabelSet[] hosts)
    {
        var matched = 0;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var selector in selectors)
            {
                foreach (var host in hosts)
                    matched += selector.Matches(host) ? 1 : 0;
            }
        }

        return matched;
    }
}
