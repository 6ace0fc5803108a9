using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("apply")]
    [InlineData("apply", "-f")]
    [InlineData("get")]
    [InlineData("get", "host", "a", "b")]
    [InlineData("explain", "a", "b")]
    [InlineData("connectivity", "-f", "x.yaml")]
    [InlineData("rollback", "x")]
    [InlineData("rollback", "-1")]
    [InlineData("status", "-o", "yaml")]
    [InlineData("history", "--limit", "0")]
    [InlineData("history", "--nonsense")]
    public async Task What_is_no_command_is_bad_input_and_says_where_help_is(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("edgectl: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("apply", "--help")]
    public async Task Help_and_version_are_answers(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Output);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("replicasets")]
    [InlineData("")]
    public async Task Unknown_kinds_are_bad_input_and_the_known_ones_are_listed(string kind)
    {
        var run = await CommandRun.Of("get", kind, "--server", "http://127.0.0.1:1");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"unknown kind '{kind}'", run.Error, StringComparison.Ordinal);
        Assert.Contains("Host", run.Error, StringComparison.Ordinal);
        Assert.Contains("NetworkPolicy", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost:7443")]
    [InlineData("ftp://localhost")]
    [InlineData("http://host/path")]
    [InlineData("http://host:1,")]
    [InlineData("http://host:1,host:2")]
    public async Task A_server_that_is_none_is_bad_input(string? server)
    {
        var environment = new Dictionary<string, string>();
        if (server is not null)
            environment["EDGECTL_SERVER"] = server;

        var run = await CommandRun.With(new() { Environment = environment }, "status");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("expected", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("history")]
    [InlineData("get", "hosts")]
    [InlineData("retry")]
    [InlineData("events")]
    [InlineData("rollback", "1")]
    [InlineData("explain", "a/b", "c/d", "TCP/1")]
    public async Task A_server_that_cannot_be_reached_is_exit_code_3(params string[] arguments)
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));

        var run = await CommandRun.With(new() { Environment = { ["EDGECTL_SERVER"] = $"http://{listener.LocalEndPoint}" } }, arguments);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("cannot be reached", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_command()
    {
        var run = await CommandRun.Of("--help");

        string[] commands = ["apply", "diff", "delete", "get", "status", "history", "rollback", "connectivity", "explain", "selector", "derive", "lint", "export", "token", "audit", "events"];
        Assert.All(commands, command => Assert.Contains(run.Lines, line => line.StartsWith($"  {command} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_several_servers_one_that_is_there_answers_and_if_none_is_all_are_named()
    {
        using var away = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        away.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        await using var server = await FakeControlPlane.StartAsync(new() { History = _ => new() });
        for (var i = 0; i < 10; i++)
            Assert.Equal(0, (await CommandRun.With(new() { Environment = { ["EDGECTL_SERVER"] = $"http://{away.LocalEndPoint},{server.Url}" } }, "history")).ExitCode);

        var none = await CommandRun.Of("history", "--server", $"http://{away.LocalEndPoint},http://localhost:1");
        Assert.Equal(3, none.ExitCode);
        Assert.Contains("cannot be reached", none.Error, StringComparison.Ordinal);
        Assert.Contains($"{away.LocalEndPoint}: ", none.Error, StringComparison.Ordinal);
        Assert.Contains("localhost:1: ", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_without_its_key_and_files_that_are_none_are_bad_input()
    {
        var lonely = await CommandRun.Of("status", "--server", "https://localhost:1", "--cert", "/x.pem");
        var missing = await CommandRun.Of("status", "--server", "https://localhost:1", "--ca", "/does/not/exist.pem");

        Assert.Equal(2, lonely.ExitCode);
        Assert.Contains("expected both --cert and --key", lonely.Error, StringComparison.Ordinal);
        Assert.Equal(2, missing.ExitCode);
        Assert.StartsWith("/does/not/exist.pem: ", missing.Error, StringComparison.Ordinal);
    }
}
