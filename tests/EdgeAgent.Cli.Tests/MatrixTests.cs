using System.Globalization;
using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class MatrixTests
{
    private static readonly string[] _article = ["-f", Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), Bookinfo.Path(Bookinfo.WithoutLimits)];

    [Fact]
    public async Task The_matrix_says_what_probes_say()
    {
        var run = await CommandRun.Of(["connectivity", "--matrix", "-o", "json", .. _article]);
        Assert.Equal(0, run.ExitCode);
        using var matrix = JsonDocument.Parse(run.Output);
        var ends = matrix.RootElement.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("hosts")).Select(hosts => hosts.GetArrayLength() == 1 ? hosts[0].GetString() : null).ToList();
        var atoms = matrix.RootElement.GetProperty("atoms").EnumerateArray().Select(Sample).ToList();
        Assert.Equal(9, ends.OfType<string>().Count());

        var expected = new List<(string Question, bool Allowed)>();
        foreach (var cell in matrix.RootElement.GetProperty("cells").EnumerateArray())
        {
            var (from, to) = (ends[cell.GetProperty("from").GetInt32()], ends[cell.GetProperty("to").GetInt32()]);
            var allowed = cell.GetProperty("allowed").EnumerateArray().Select(atom => atom.GetInt32()).ToHashSet();
            if (from is not null && to is not null)
                expected.AddRange(atoms.Select((sample, atom) => ($$"""{"from":"{{from}}","to":"{{to}}",{{sample}}}""", allowed.Contains(atom))));
        }

        Assert.Equal(9 * 8 * atoms.Count, expected.Count);
        Assert.InRange(expected.Count(pair => pair.Allowed), 5, expected.Count / 2);
        var probes = await CommandRun.With(new() { Input = string.Join('\n', expected.Select(pair => pair.Question)) }, ["connectivity", "--probes", "-", "-o", "json", .. _article]);
        foreach (var ((question, allowed), line) in expected.Zip(probes.Lines))
            Assert.Contains($"\"verdict\":\"{(allowed ? "allow" : "deny")}\",\"egress\"", $"{line} for {question}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_matrix_is_drawn_for_each_set_of_ports()
    {
        var run = await CommandRun.Of(["connectivity", "--matrix", "-o", "table", .. _article]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("+ allowed", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains("TCP/9080", run.Lines);
        var at = Array.IndexOf(run.Lines, "TCP/9080");
        var reviews = run.Lines[at..].First(line => line.Contains("default/reviews-v1", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ratings = int.Parse(run.Lines[at..].First(line => line.Contains("default/ratings", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        Assert.Equal("+", reviews[1 + ratings]);
        Assert.Equal(1, reviews[2..].Count(mark => mark == "+"));
        Assert.Equal("-", reviews[1 + int.Parse(reviews[0], CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task A_large_world_is_a_list_of_groups()
    {
        var hosts = Enumerable.Range(1, 200).Select(i => $$$"""
            apiVersion: edgeagent.io/v1
            kind: Host
            metadata: {name: h{{{i}}}, namespace: default, labels: {app: {{{(i % 2 == 0 ? "web" : "db")}}} }}
            spec: {addresses: [10.0.0.{{{i}}}]}
            """);
        const string policy = """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: p, namespace: default}
            spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}
            """;
        var input = string.Join("\n---\n", hosts.Append(policy));

        var run = await CommandRun.With(new() { Input = input }, "connectivity", "--matrix", "-o", "json", "-f", "-");

        using var matrix = JsonDocument.Parse(run.Output);
        Assert.Equal([100, 100, 0], matrix.RootElement.GetProperty("ends").EnumerateArray().Select(end => end.GetProperty("hosts").GetArrayLength()));
        Assert.Equal(["TCP/5432", "any but TCP/5432"], matrix.RootElement.GetProperty("atoms").EnumerateArray().Select(atom => atom.GetProperty("traffic").GetString()));
    }

    [Theory]
    [InlineData("connectivity", "--matrix", "--probes", "x")]
    [InlineData("connectivity", "--matrix", "--with-failsafes")]
    public async Task A_matrix_is_about_policy_alone(params string[] arguments)
    {
        var run = await CommandRun.Of([.. arguments, .. _article]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("expected neither", run.Error, StringComparison.Ordinal);
    }

    /// <summary>Fields of a probe of an atom: its first part, with its first port.</summary>
    private static string Sample(JsonElement atom)
    {
        foreach (var part in atom.GetProperty("parts").EnumerateArray())
        {
            if (part.GetProperty("protocol").GetString() is not ("TCP" or "UDP" or "SCTP") || part.TryGetProperty("sourcePorts", out _))
                continue;
            var first = part.TryGetProperty("ports", out var ports) ? ports.EnumerateArray().Last().GetString()!.Split('-')[^1] : "7";
            return $"\"protocol\":\"{part.GetProperty("protocol").GetString()}\",\"port\":{first}";
        }

        throw new InvalidOperationException($"no probe for {atom}");
    }
}
