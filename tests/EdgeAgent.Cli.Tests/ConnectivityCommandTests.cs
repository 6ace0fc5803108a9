using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class ConnectivityCommandTests
{
    private const string Probe = """{"from":"default/reviews-v1","to":"default/ratings","protocol":"TCP","port":9080}""";

    [Fact]
    public async Task Answers_are_JSON_lines_in_the_order_of_the_contract()
    {
        var run = await CommandRun.With(
            new() { Input = Probe + "\n" + Probe.Replace("9080", "9090", StringComparison.Ordinal) },
            "connectivity", "-f", Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), "-f", Bookinfo.Path(Bookinfo.WithoutLimits), "--probes", "-", "-o", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Equal(
            [
                """{"from":"default/reviews-v1","to":"default/ratings","protocol":"TCP","port":9080,"verdict":"allow","egress":{"verdict":"allow","policy":"BookendPolicy default/reviews-to-ratings","rule":"to"},"ingress":{"verdict":"allow","policy":"BookendPolicy default/reviews-to-ratings","rule":"from"}}""",
                """{"from":"default/reviews-v1","to":"default/ratings","protocol":"TCP","port":9090,"verdict":"deny","egress":{"verdict":"deny","policy":"NetworkPolicy default/no-egress","rule":""},"ingress":{"verdict":"deny","policy":"Namespace default","rule":""}}""",
            ],
            run.Lines);
    }

    [Theory]
    [InlineData(null, "default/ingress", "default/productpage", "deny")]
    [InlineData(Bookinfo.Article, "default/ingress", "default/productpage", "allow")]
    [InlineData(Bookinfo.Article, "default/sleep", "default/ratings", "deny")]
    [InlineData(Bookinfo.Article, "default/reviews-v1", "default/ratings", "allow")]
    [InlineData(Bookinfo.Article, "default/ratings", "vm/mysqldb", "deny")]
    [InlineData(Bookinfo.WithoutLimits, "default/details", "203.0.113.10", "deny")]
    [InlineData(Bookinfo.WithoutLimits, "default/sleep", "default/sleep", "allow")]
    [InlineData(Bookinfo.WithoutLimits, "10.20.0.4", "10.20.0.7", "allow")]
    public async Task Verdicts_of_bookinfo_are_the_articles(string? policies, string from, string to, string verdict)
    {
        var run = await CommandRun.With(
            new() { Input = $$"""{"from":"{{from}}","to":"{{to}}","port":9080}""" },
            ["connectivity", "--probes", "-", "-o", "json", "-f", Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), .. policies is null ? Array.Empty<string>() : [Bookinfo.Path(policies)]]);

        Assert.Equal(0, run.ExitCode);
        using var answer = JsonDocument.Parse(Assert.Single(run.Lines));
        Assert.Equal(verdict, answer.RootElement.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Failsafes_count_only_when_asked()
    {
        const string Ssh = """{"from":"203.0.113.1","to":"default/ratings","protocol":"TCP","port":22}""";
        string[] arguments = ["connectivity", "-f", Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), "--probes", "-", "-o", "json"];

        var without = await CommandRun.With(new() { Input = Ssh }, arguments);
        var with = await CommandRun.With(new() { Input = Ssh }, [.. arguments, "--with-failsafes"]);

        Assert.Contains("\"verdict\":\"deny\",\"egress\"", without.Output, StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"allow\",\"egress\"", with.Output, StringComparison.Ordinal);
        Assert.Equal(0, without.ExitCode);
    }

    [Fact]
    public async Task A_terminal_gets_a_table_with_colours_and_NO_COLOR_is_heeded()
    {
        string[] arguments = ["connectivity", "-f", Bookinfo.Path(Bookinfo.Hosts), "--probes", "-"];

        var coloured = await CommandRun.With(new() { Input = Probe, IsTerminal = true }, arguments);
        var plain = await CommandRun.With(new() { Input = Probe, IsTerminal = true, Environment = { ["NO_COLOR"] = "1" } }, arguments);

        Assert.Contains("\e[32mallow\e[0m", coloured.Output, StringComparison.Ordinal);
        Assert.StartsWith("FROM ", plain.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', plain.Output);
        Assert.Contains("1 probe: 1 allowed, 0 denied", plain.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_that_nobody_knows_are_all_named_with_their_lines()
    {
        using var files = new TemporaryFiles();
        var probes = files.Write("p.jsonl", $"{Probe.Replace("reviews-v1", "nobody", StringComparison.Ordinal)}\n{Probe}\n{Probe.Replace("ratings", "nowhere", StringComparison.Ordinal)}\n");

        var run = await CommandRun.Of("connectivity", "-f", Bookinfo.Path(Bookinfo.Hosts), "--probes", probes, "-o", "json");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal(2, run.ErrorLines.Length);
        Assert.StartsWith($"{probes}:1:1: ", run.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains("'default/nobody'", run.ErrorLines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{probes}:3:1: ", run.ErrorLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_cannot_be_manifests_and_probes_at_once()
    {
        var run = await CommandRun.Of("connectivity", "-f", "-", "--probes", "-");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("standard input can be read once", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Any mixture of good, empty and bad lines: bad ones alone decide, and each is named once, at its own line.</summary>
    [Fact]
    public async Task Every_bad_line_is_named_once_whatever_is_around_it()
    {
        string[] bad =
        [
            "{", "[]", "null", "1", "\"x\"", "{\"from\":\"a\"}", "{\"from\":1,\"to\":\"b\",\"port\":1}", "{\"from\":\"a\",\"to\":\"b\",\"port\":70000}",
            "{\"from\":\"a\",\"to\":\"b\",\"port\":0}", "{\"from\":\"a\",\"to\":\"b\"}", "{\"from\":\"a\",\"to\":\"b\",\"port\":1,\"protocol\":\"TCPX\"}",
            "{\"from\":\"a\",\"to\":\"b\",\"port\":-1}", "{\"from\":\"a\",\"from\":\"a\",\"to\":\"b\",\"port\":1}", "{\"from\":\"\",\"to\":\"b\",\"port\":1}",
            "{\"from\":\"a\",\"to\":\"b\",\"port\":1,\"prot\":2}", "{\"from\":\"a\",\"to\":\"b\",\"port\":1.5}", "{\"from\":\"a\",\"to\":\"b\",\"port\":1}}",
            "{\"from\":\"a\",\"to\":\"b\",\"port\":1} {\"from\":\"a\",\"to\":\"b\",\"port\":1}", "{\"from\":\"a\",\"to\":\"b\",\"protocol\":\"ICMP\",\"icmpType\":256}",
            "{\"from\":\"\\ud800\",\"to\":\"b\",\"port\":1}",
        ];
        string[] fine = [Probe, "", "   ", Probe + "\r", "{\"from\":\"10.20.0.1\",\"to\":\"10.20.0.2\",\"protocol\":\"icmp\"}", "{\"from\":\"1.1.1.1\",\"to\":\"::1\",\"protocol\":17,\"port\":53}"];
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(3) == 0 ? (Bad: true, Text: bad[random.Next(bad.Length)]) : (Bad: false, Text: fine[random.Next(fine.Length)])).ToList();
            var expected = lines.Index().Where(line => line.Item.Bad).Select(line => $"<stdin>:{line.Index + 1}").ToList();

            var run = await CommandRun.With(
                new() { Input = string.Join('\n', lines.Select(line => line.Text)) },
                "connectivity", "-f", Bookinfo.Path(Bookinfo.Hosts), "--probes", "-", "-o", "json");

            Assert.True(run.ExitCode == (expected.Count > 0 ? 2 : 0), $"seed {seed}: exit code {run.ExitCode}\n{run.Error}");
            Assert.True(expected.SequenceEqual(run.ErrorLines.Select(line => string.Join(':', line.Split(':').Take(2)))), $"seed {seed}: {run.Error}");
            Assert.True(expected.Count > 0 ? run.Output.Length == 0 : run.Lines.Length == lines.Count(line => line.Text.Trim().Length > 0), $"seed {seed}: {run.Output}");
        }
    }
}
