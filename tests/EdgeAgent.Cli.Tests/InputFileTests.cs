using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class InputFileTests
{
    private const string Probe = """{"from":"10.0.0.1","to":"10.0.0.2","port":80}""";

    [Fact]
    public async Task All_errors_of_all_files_are_said_at_once_with_their_places()
    {
        using var files = new TemporaryFiles();
        var first = files.Write("a.yaml", "apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: a}\nspec: {addresses: [nonsense]}\n");
        var second = files.Write("b.yaml", "apiVersion: v1\nkind: Pond\nmetadata: {name: b}\n---\napiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: B!}\n");
        var broken = files.Write("c.yaml", "kind: [\n");

        var run = await CommandRun.With(new() { Input = Probe }, "connectivity", "-f", first, second, "-f", broken, "--probes", "-");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(run.ErrorLines, line => line.StartsWith($"{first}:4:", StringComparison.Ordinal) && line.Contains("expected", StringComparison.Ordinal));
        Assert.Contains(run.ErrorLines, line => line.StartsWith($"{second}:2:7: error: ", StringComparison.Ordinal) && line.Contains("Pond", StringComparison.Ordinal));
        Assert.Contains(run.ErrorLines, line => line.StartsWith($"{second}:7:", StringComparison.Ordinal));
        Assert.Contains(run.ErrorLines, line => line.StartsWith($"{broken}:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_hosts_with_one_address_name_both_places()
    {
        using var files = new TemporaryFiles();
        var hosts = files.Write("hosts.yaml", "apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: a}\nspec: {addresses: [10.0.0.1]}\n---\napiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: b}\nspec: {addresses: [10.0.0.1]}\n");

        var run = await CommandRun.With(new() { Input = Probe }, "connectivity", "-f", hosts, "--probes", "-");

        Assert.Equal(2, run.ExitCode);
        Assert.Matches($"^{hosts}:9:\\d+: error: Host default/b: .*10\\.0\\.0\\.1.*{hosts}:4:", run.ErrorLines[0]);
    }

    [Fact]
    public async Task A_directory_stands_for_its_manifests_by_name_and_nothing_else()
    {
        using var files = new TemporaryFiles();
        files.Write("b.yml", "apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: dup}\nspec: {addresses: [10.0.0.2]}\n");
        files.Write("a.json", """{"apiVersion":"edgeagent.io/v1","kind":"Host","metadata":{"name":"dup"},"spec":{"addresses":["10.0.0.1"]}}""");
        files.Write("c.txt", "no manifest");
        files.Write("deeper/d.yaml", "no manifest: [");

        var run = await CommandRun.With(new() { Input = Probe }, "connectivity", "-f", files.Path, "--probes", "-");

        // The second in the order of names is the one whose name is taken.
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"{files.Path}/b.yml:3:", run.ErrorLines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("deeper", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_a_file_too()
    {
        using var files = new TemporaryFiles();
        var probes = files.Write("p.jsonl", Probe);

        var good = await CommandRun.With(new() { Input = File.ReadAllText(Bookinfo.Path(Bookinfo.Hosts)) }, "connectivity", "-f", "-", "--probes", probes, "-o", "json");
        var bad = await CommandRun.With(new() { Input = "\nkind: 1\n" }, "connectivity", "-f", "-", "--probes", probes);

        Assert.Equal(0, good.ExitCode);
        Assert.Equal(2, bad.ExitCode);
        Assert.StartsWith("<stdin>:2:", bad.ErrorLines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_that_cannot_be_read_are_all_named()
    {
        using var files = new TemporaryFiles();

        var run = await CommandRun.Of("connectivity", "-f", "/does/not/exist.yaml", files.Path, "--probes", "-");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(2, run.ErrorLines.Length);
        Assert.StartsWith("/does/not/exist.yaml: no such file", run.ErrorLines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{files.Path}: ", run.ErrorLines[1], StringComparison.Ordinal);
    }
}
