using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

/// <summary>What is said offline of names, whose addresses only hosts know.</summary>
public sealed class NamesTests
{
    private const string Manifests = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: web, namespace: default, labels: {app: web}}
        spec: {addresses: [10.0.0.1]}
        ---
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: a, namespace: default}
        spec: {isolate: Both, from: [{selector: "app == 'web'"}], to: [{domains: [db.example.com]}, {cidrs: [192.0.2.0/24]}], ports: [{port: 5432}]}
        """;

    [Theory]
    [InlineData("db.example.com", 5432, "allow", null)]
    [InlineData("db.example.com", 5433, "deny", null)]
    [InlineData("192.0.2.1", 5432, "allow", null)]
    [InlineData("198.51.100.1", 5433, "deny", null)]
    [InlineData("198.51.100.1", 5432, "deny", "known to the host alone: whether db.example.com has this address; BookendPolicy default/a to decides where it has")]
    [InlineData("other.example.com", 5432, "deny", "known to the host alone: what addresses other.example.com has; BookendPolicy default/a to decides where it has one that the rule means")]
    public async Task A_verdict_says_what_only_the_host_knows(string to, int port, string verdict, string? note)
    {
        using var files = new TemporaryFiles();
        var run = await CommandRun.With(
            new() { Input = $$"""{"from":"default/web","to":"{{to}}","port":{{port}}}""" }, "connectivity", "-f", files.Write("m.yaml", Manifests), "--probes", "-", "-o", "json");
        Assert.Equal(0, run.ExitCode);
        using var answer = JsonDocument.Parse(Assert.Single(run.Lines));
        var egress = answer.RootElement.GetProperty("egress");
        Assert.Equal(verdict, answer.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(note, egress.TryGetProperty("note", out var said) ? said.GetString() : null);
        Assert.False(answer.RootElement.GetProperty("ingress").TryGetProperty("note", out _));
    }

    [Fact]
    public async Task Explain_takes_a_name_and_says_why_others_do_not_match()
    {
        using var files = new TemporaryFiles();
        var manifests = files.Write("m.yaml", Manifests);
        var granted = await CommandRun.Of("explain", "default/web", "db.example.com", "TCP/5432", "-f", manifests);
        Assert.Equal(0, granted.ExitCode);
        Assert.Contains("egress of default/web: allow, BookendPolicy default/a to", granted.Output, StringComparison.Ordinal);
        var denied = await CommandRun.Of("explain", "default/web", "other.example.com", "TCP/5432", "-f", manifests);
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("the other end other.example.com is not names db.example.com or 192.0.2.0/24", denied.Output, StringComparison.Ordinal);
        Assert.Contains("known to the host alone", denied.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandRun.Of("explain", "default/web", "db", "TCP/5432", "-f", manifests)).ExitCode);
    }

    [Fact]
    public async Task A_grant_by_name_is_nothing_to_complain_about()
    {
        using var files = new TemporaryFiles();
        var run = await CommandRun.Of("lint", "-f", files.Write("m.yaml", Manifests.Replace(", {cidrs: [192.0.2.0/24]}", "", StringComparison.Ordinal)), "-o", "json");
        Assert.DoesNotContain("matches-nothing", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("names db.example.com", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_a_column_of_the_matrix()
    {
        using var files = new TemporaryFiles();
        var run = await CommandRun.Of("connectivity", "--matrix", "-o", "json", "-f", files.Write("m.yaml", Manifests));

        Assert.Equal(0, run.ExitCode);
        using var matrix = JsonDocument.Parse(run.Output);
        var ends = matrix.RootElement.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("name").GetString()).ToList();
        var atoms = matrix.RootElement.GetProperty("atoms").EnumerateArray().Select(atom => atom.GetProperty("traffic").GetString()!).ToList();
        string[] Allowed(string to) =>
        [
            .. matrix.RootElement.GetProperty("cells").EnumerateArray()
                .Single(cell => ends[cell.GetProperty("from").GetInt32()] == "default/web" && ends[cell.GetProperty("to").GetInt32()] == to)
                .GetProperty("allowed").EnumerateArray().Select(atom => atoms[atom.GetInt32()]),
        ];
        Assert.Equal(["TCP/5432"], Allowed("db.example.com"));
        Assert.Empty(Allowed("any other address"));
        Assert.Equal("db.example.com", matrix.RootElement.GetProperty("ends")[ends.IndexOf("db.example.com")].GetProperty("groups")[0].GetProperty("domain").GetString());
    }

    [Fact]
    public async Task A_diff_tells_flows_to_names()
    {
        using var files = new TemporaryFiles();
        var (before, after) = (files.Write("before.yaml", Manifests), files.Write("after.yaml", Manifests.Replace("db.example.com]", "db.example.com, mail.example.com]", StringComparison.Ordinal)));
        var more = await CommandRun.Of("diff", "-f", after, "--against", before, "-o", "json");
        var less = await CommandRun.Of("diff", "-f", before, "--against", after, "-o", "table");

        using var flows = JsonDocument.Parse(more.Output);
        var flow = Assert.Single(flows.RootElement.GetProperty("flows").EnumerateArray());
        Assert.Equal(("allow", "mail.example.com", "TCP/5432"), (flow.GetProperty("verdict").GetString(), flow.GetProperty("to")[0].GetProperty("domain").GetString(), flow.GetProperty("traffic").GetString()));
        Assert.Matches(@"deny +default/web +mail\.example\.com +TCP/5432", less.Output);
    }

    [Fact]
    public async Task What_is_granted_by_name_is_left_open_in_the_clusters_half()
    {
        using var files = new TemporaryFiles();
        var manifests = files.Write("m.yaml", $"""
            {Manifests.Replace(", {cidrs: [192.0.2.0/24]}", "", StringComparison.Ordinal)}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {"{"}name: db-1, namespace: default, labels: {"{"}app: db{"}"}{"}"}
            status: {"{"}podIP: 10.2.0.1{"}"}
            """);
        var run = await CommandRun.Of("export", "--for", "kubernetes", "-f", manifests);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("port: 5432", run.Output, StringComparison.Ordinal);
        Assert.Contains("hosts alone know which addresses db.example.com has", run.Error, StringComparison.Ordinal);
    }
}
