using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Answers = EdgeAgent.Cli.Tests.Support.FakeControlPlane.Answers;

namespace EdgeAgent.Cli.Tests;

public sealed class TokenCommandTests
{
    private static readonly Timestamp _end = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse("2030-01-02T03:04:05Z", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task Create_sends_all_that_the_token_grants_and_prints_it_alone()
    {
        CreateTokenRequest? sent = null;
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            CreateToken = request =>
            {
                sent = request;
                return new() { Token = "edgeagent1.x.y", Id = "id1", NotAfter = _end };
            },
        });

        var run = await CommandRun.Of(
            "token", "create", "--server", server.Url, "--namespace", "shop", "--label", "app=a", "--label", "v=1,tier=web", "--cidr", "10.0.0.0/8", "--cidr", "fd00::/8", "--ttl", "90s", "--uses", "3");

        Assert.Equal((0, "edgeagent1.x.y\n"), (run.ExitCode, run.Output));
        Assert.Contains("2030-01-02T03:04:05Z", run.Error, StringComparison.Ordinal);
        Assert.Equal(("shop", "", 3, 90), (sent!.Namespace, sent.Name, sent.Uses, sent.TimeToLive.Seconds));
        Assert.Equal(["app=a", "tier=web", "v=1"], sent.Labels.Select(label => $"{label.Key}={label.Value}").Order());
        Assert.Equal(["10.0.0.0/8", "fd00::/8"], sent.Cidrs);

        var json = await CommandRun.Of("token", "create", "--server", server.Url, "--name", "a", "-o", "json");
        Assert.Equal("edgeagent1.x.y", JsonDocument.Parse(json.Output).RootElement.GetProperty("token").GetString());
        Assert.Equal(("default", "a", 1, 3600), (sent.Namespace, sent.Name, sent.Uses, sent.TimeToLive.Seconds));
    }

    [Theory]
    [InlineData("--ttl", "soon")]
    [InlineData("--ttl", "0h")]
    [InlineData("--ttl", "h")]
    [InlineData("--label", "app")]
    public async Task What_no_token_can_grant_is_bad_input(params string[] arguments)
    {
        var run = await CommandRun.Of(["token", "create", "--server", "http://localhost:1", .. arguments]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("expected", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_says_which_tokens_are_good()
    {
        var good = new Token { Id = "t1", Namespace = "shop", Labels = { ["app"] = "a" }, Cidrs = { "10.0.0.0/8" }, Uses = 2, Used = 1, Created = _end, CreatedBy = "ada", NotAfter = _end };
        var usedUp = good.Clone();
        (usedUp.Id, usedUp.Name, usedUp.Used) = ("t2", "b", 2);
        var revoked = good.Clone();
        (revoked.Id, revoked.Revoked) = ("t3", true);
        await using var server = await FakeControlPlane.StartAsync(new Answers { ListTokens = request => new() { Tokens = { good, usedUp, revoked } } });

        var table = await CommandRun.Of("token", "list", "--server", server.Url);
        Assert.Matches(@"t1 +good +shop +any +app=a +10\.0\.0\.0/8 +1 of 2 +2030", table.Lines[1]);
        Assert.Matches("t2 +used up +shop +b ", table.Lines[2]);
        Assert.Matches("t3 +revoked ", table.Lines[3]);
        var json = JsonDocument.Parse((await CommandRun.Of("token", "list", "--server", server.Url, "-o", "json")).Output).RootElement;
        Assert.Equal((3, "a", true), (json.GetArrayLength(), json[0].GetProperty("labels").GetProperty("app").GetString(), json[2].GetProperty("revoked").GetBoolean()));
    }

    [Fact]
    public async Task Tokens_and_hosts_are_revoked_by_name()
    {
        var revoked = new List<string>();
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            RevokeToken = request =>
            {
                revoked.Add(request.Id);
                return new();
            },
            RevokeHost = request =>
            {
                revoked.Add($"{request.Host} {request.Note}");
                return request.Host == "gone" ? throw new RpcException(new(StatusCode.NotFound, "host default/gone is not enrolled")) : new() { WasConnected = true };
            },
        });
        Assert.Equal(0, (await CommandRun.Of("token", "revoke", "t1", "--server", server.Url)).ExitCode);
        Assert.Contains("its stream was ended", (await CommandRun.Of("host", "revoke", "shop/a", "--note", "stolen", "--server", server.Url)).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await CommandRun.Of("host", "revoke", "gone", "--server", server.Url)).ExitCode);
        Assert.Equal(["t1", "shop/a stolen", "gone "], revoked);
    }

    [Fact]
    public async Task A_context_says_which_server_and_options_win_over_it()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { ListTokens = _ => new() });
        using var files = new TemporaryFiles();
        var context = files.Write("edgectl/context", new ClientContext { Server = server.Url }.ToJson());
        Assert.Equal(0, (await CommandRun.Of("token", "list", "--context", context)).ExitCode);
        Assert.Equal(0, (await CommandRun.With(new() { Environment = { ["EDGECTL_CONTEXT"] = context } }, "token", "list")).ExitCode);
        Assert.Equal(0, (await CommandRun.With(new() { Environment = { ["XDG_CONFIG_HOME"] = files.Path } }, "token", "list")).ExitCode);
        Assert.Equal(2, (await CommandRun.With(new() { Environment = { ["HOME"] = files.Path } }, "token", "list")).ExitCode);
        var elsewhere = files.Write("other", new ClientContext { Server = "http://localhost:1" }.ToJson());
        Assert.Equal(0, (await CommandRun.Of("token", "list", "--context", elsewhere, "--server", server.Url)).ExitCode);
    }

    [Theory]
    [InlineData("{", ":1:")]
    [InlineData("{\"sever\": \"x\"}", ":1:")]
    [InlineData("{\"server\": \"https://localhost:1\", \"certificate\": \"none\", \"key\": \"none\"}", ": certificate: ")]
    [InlineData("{\"server\": \"https://localhost:1\", \"certificate\": \"none\"}", "without its key")]
    public async Task A_context_that_is_none_is_bad_input_with_its_place(string content, string where)
    {
        using var files = new TemporaryFiles();
        var context = files.Write("context", content);
        var run = await CommandRun.Of("token", "list", "--context", context);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(context, run.Error, StringComparison.Ordinal);
        Assert.Contains(where, run.Error, StringComparison.Ordinal);
    }
}
