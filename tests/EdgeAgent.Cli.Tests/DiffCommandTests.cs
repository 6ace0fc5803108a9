using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Wire.V1;
using Answers = EdgeAgent.Cli.Tests.Support.FakeControlPlane.Answers;

namespace EdgeAgent.Cli.Tests;

public sealed class DiffCommandTests
{
    private const string Grant = """
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: sleep-to-ratings, namespace: default}
        spec:
          from: [{selector: "app == 'sleep'"}]
          to: [{selector: "app == 'ratings'"}]
          ports: [{protocol: TCP, port: 9080}]
        """;

    private static readonly string[] _article = [Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), Bookinfo.Path(Bookinfo.WithoutLimits)];

    [Fact]
    public async Task Against_manifests_it_says_which_flows_would_be_allowed()
    {
        var run = await CommandRun.With(new() { Input = Grant }, ["diff", "-f", "-", "--against", .. _article]);

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal("created    BookendPolicy default/sleep-to-ratings", run.Lines[0]);
        Assert.StartsWith("against the manifests: 1 created; ", run.Lines[1], StringComparison.Ordinal);
        Assert.Equal(["NOW", "FROM", "TO", "TRAFFIC"], run.Lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["allow", "default/sleep", "default/ratings", "TCP/9080"], Assert.Single(run.Lines[3..]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Json_has_the_flows_with_groups_and_parts()
    {
        var run = await CommandRun.With(new() { Input = Grant }, ["diff", "-f", "-", "-o", "json", "--against", .. _article]);

        Assert.Equal(1, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        var flow = Assert.Single(json.RootElement.GetProperty("flows").EnumerateArray());
        Assert.Equal("allow", flow.GetProperty("verdict").GetString());
        Assert.Equal("default/sleep", flow.GetProperty("from")[0].GetProperty("names")[0].GetString());
        Assert.Equal(1, flow.GetProperty("to")[0].GetProperty("hosts").GetInt32());
        Assert.Equal("9080", flow.GetProperty("parts")[0].GetProperty("ports")[0].GetString());
    }

    [Fact]
    public async Task What_is_there_already_is_no_difference_and_what_is_pruned_is_one()
    {
        var same = await CommandRun.Of(["diff", "-f", _article[2], "--against", .. _article]);
        var whole = await CommandRun.Of(["diff", "--prune", "-f", .. _article, "--against", .. _article]);
        var pruned = await CommandRun.Of(["diff", "--prune", "-f", .. _article[..2], "--against", .. _article]);

        Assert.Equal((0, ""), (same.ExitCode, same.Output));
        Assert.Equal((0, ""), (whole.ExitCode, whole.Output));
        Assert.Equal(1, pruned.ExitCode);
        Assert.Contains("deleted    BookendPolicy default/reviews-to-ratings", pruned.Output, StringComparison.Ordinal);
        Assert.Contains(pruned.Lines, line => line.StartsWith("deny ", StringComparison.Ordinal) && line.Contains("default/ratings", StringComparison.Ordinal));
        Assert.Contains(pruned.Lines, line => line.StartsWith("allow  default/details ", StringComparison.Ordinal) && line.TrimEnd().EndsWith(" any but TCP/443", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_without_any_effect_on_flows_is_said_to_be_one()
    {
        var other = Grant.Replace("sleep-to-ratings", "again", StringComparison.Ordinal);
        using var files = new TemporaryFiles();
        var run = await CommandRun.With(new() { Input = other }, ["diff", "-f", "-", "--against", files.Write("grant.yaml", Grant), .. _article]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("no flow would be newly allowed or denied", run.Lines[^1]);
    }

    [Theory]
    [InlineData("diff", "-f", "-", "--against", "-")]
    [InlineData("diff", "-f", "-", "--prune")]
    [InlineData("diff", "-f", "-", "--against", "/does/not/exist.yaml")]
    public async Task What_makes_no_sense_is_bad_input(params string[] arguments)
    {
        var run = await CommandRun.With(new() { Input = Grant }, arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains("expected", run.Error.Replace("can be read once", "expected", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flows_that_the_control_plane_says_are_shown()
    {
        var flow = new FlowChange { Allowed = false, Family = 6, Traffic = "any but TCP/9080", Sources = { new FlowGroup { Name = "any other address" } } };
        flow.Destinations.Add(new FlowGroup { Name = "default/a", Hosts = 1, FirstHosts = { new ResourceKey { Kind = "Host", Namespace = "default", Name = "a" } } });
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Diff = _ => new() { Accepted = true, Revision = 7, Changes = { new ResourceChange { Key = new() { Kind = "Host", Namespace = "default", Name = "a" }, Kind = ChangeKind.Created } }, Flows = { flow } },
        });

        var run = await CommandRun.With(new() { Input = Grant }, "diff", "-f", "-", "--server", server.Url);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("deny  any other address  default/a  IPv6 any but TCP/9080", run.Lines[^1]);
    }
}
