using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class ExplainCommandTests
{
    private static readonly string[] _files = ["-f", Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), Bookinfo.Path(Bookinfo.WithoutLimits)];

    [Fact]
    public async Task Allowed_is_exit_code_0_and_names_the_rule_and_its_place_at_each_end()
    {
        var run = await CommandRun.Of(["explain", "default/reviews-v2", "default/ratings", "tcp/9080", .. _files]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("allow  default/reviews-v2 -> default/ratings TCP/9080", run.Lines[0]);
        Assert.Contains("egress of default/reviews-v2: allow, BookendPolicy default/reviews-to-ratings to", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"ingress of default/ratings: allow, BookendPolicy default/reviews-to-ratings from  \(.*3-without-limits\.yaml:\d+:\d+\)", run.Output);
    }

    [Fact]
    public async Task Denied_is_exit_code_1_and_says_why_rules_did_not_match()
    {
        var run = await CommandRun.Of(["explain", "default/reviews-v2", "default/ratings", "TCP/9090", .. _files]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("deny ", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"BookendPolicy default/reviews-to-ratings from: port 9090 is not among 9080 \(.*3-without-limits\.yaml:\d+:\d+\)", run.Output);
        Assert.Matches(@"ingress of default/ratings: deny, end of \S+ \S+  \(.*\.yaml:\d+:\d+\)", run.Output);
        Assert.Matches(@"does not select this host \(.*\.yaml:\d+:\d+\)", run.Output);
    }

    [Fact]
    public async Task Json_has_sources_and_other_rules()
    {
        var run = await CommandRun.Of(["explain", "default/sleep", "default/ratings", "TCP/9080", "-o", "json", .. _files]);

        Assert.Equal(1, run.ExitCode);
        using var answer = System.Text.Json.JsonDocument.Parse(run.Output);
        var ingress = answer.RootElement.GetProperty("ingress");
        Assert.Equal("deny", ingress.GetProperty("verdict").GetString());
        Assert.Matches(@"1-default-deny\.yaml:\d+:\d+$|3-without-limits\.yaml:\d+:\d+$", ingress.GetProperty("source").GetString());
        Assert.NotEqual(0, ingress.GetProperty("others").GetArrayLength());
    }

    [Theory]
    [InlineData("TCP")]
    [InlineData("TCP/")]
    [InlineData("TCP/0")]
    [InlineData("TCP/70000")]
    [InlineData("TCP/80/80")]
    [InlineData("FOO/80")]
    [InlineData("ICMP/256")]
    [InlineData("ICMP/8/0/0")]
    [InlineData("/80")]
    [InlineData("50/80")]
    public async Task Traffic_that_makes_no_sense_is_bad_input(string traffic)
    {
        var run = await CommandRun.Of(["explain", "default/sleep", "default/ratings", traffic, .. _files]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{traffic}' is no traffic; expected PROTO/PORT", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ICMP")]
    [InlineData("ICMP/8")]
    [InlineData("icmp/3/4")]
    [InlineData("UDP/53")]
    [InlineData("47")]
    public async Task Traffic_of_other_protocols_is_understood(string traffic)
    {
        var run = await CommandRun.Of("explain", "default/sleep", "default/ratings", traffic, "-f", Bookinfo.Path(Bookinfo.Hosts));

        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Unknown_hosts_are_bad_input()
    {
        var run = await CommandRun.Of(["explain", "default/nobody", "default/ratings", "TCP/80", .. _files]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'default/nobody'", run.Error, StringComparison.Ordinal);
    }
}
