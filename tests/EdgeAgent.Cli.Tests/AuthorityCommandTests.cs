using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Answers = EdgeAgent.Cli.Tests.Support.FakeControlPlane.Answers;

namespace EdgeAgent.Cli.Tests;

public sealed class AuthorityCommandTests
{
    private static readonly ListAuthoritiesResponse _rotating = new()
    {
        Authorities = { Authority("aaaaaaaaaaaaaaaa", AuthorityState.Issuing, 3, 2), Authority("bbbbbbbbbbbbbbbb", AuthorityState.Former, 3, 1), Authority("cccccccccccccccc", AuthorityState.Retired, 0, 0) },
        Hosts = 3,
        UpToDate = 2,
        Behind = { "shop/late" },
    };

    [Fact]
    public async Task List_says_how_far_hosts_are()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { ListAuthorities = _ => _rotating });
        var run = await CommandRun.Of("authority", "list", "--server", server.Url);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("aaaaaaaaaaaa +issuing +3 of 3 hosts +2 of 3 hosts", run.Output);
        Assert.Contains("2 of 3 hosts have what the newest step gave them; not yet: shop/late.", run.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse((await CommandRun.Of("authority", "list", "--server", server.Url, "-o", "json")).Output).RootElement;
        Assert.Equal(["issuing", "former", "retired"], json.GetProperty("authorities").EnumerateArray().Select(authority => authority.GetProperty("state").GetString()));
        Assert.Equal("shop/late", json.GetProperty("behind")[0].GetString());
    }

    [Fact]
    public async Task Steps_are_sent_with_why_and_what_they_leave_behind_is_said()
    {
        var sent = new List<OrderAuthorityRequest>();
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            OrderAuthority = request =>
            {
                sent.Add(request);
                return request is { Order: AuthorityOrder.Retire, Force: false }
                    ? throw new RpcException(new(StatusCode.FailedPrecondition, "1 hosts: shop/late"))
                    : new() { Key = "aaaaaaaaaaaaaaaa", LeftBehind = { request.Force ? ["shop/late"] : (string[])[] } };
            },
        });
        Assert.Equal(0, (await CommandRun.Of("authority", "prepare", "--server", server.Url)).ExitCode);
        Assert.Contains("aaaaaaaaaaaa issues from now on", (await CommandRun.Of("authority", "activate", "-m", "in time", "--server", server.Url)).Error, StringComparison.Ordinal);
        var refused = await CommandRun.Of("authority", "retire", "--server", server.Url);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("shop/late", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Left behind: shop/late", (await CommandRun.Of("authority", "retire", "--force", "--server", server.Url)).Error, StringComparison.Ordinal);
        Assert.Equal(
            [(AuthorityOrder.Prepare, "", false), (AuthorityOrder.Activate, "in time", false), (AuthorityOrder.Retire, "", false), (AuthorityOrder.Retire, "", true)],
            sent.Select(request => (request.Order, request.Note, request.Force)));
    }

    [Fact]
    public async Task Trust_writes_the_authorities_in_use_into_the_context_and_nothing_else()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { ListAuthorities = _ => _rotating });
        using var files = new TemporaryFiles();
        var context = files.Write("context", new ClientContext { Server = server.Url }.ToJson());
        Assert.Equal(0, (await CommandRun.Of("authority", "trust", "--context", context)).ExitCode);
        var written = ClientContext.Parse(File.ReadAllText(context));
        Assert.Equal(server.Url, written.Server);
        Assert.Equal(2, written.Authorities!.Split("BEGIN CERTIFICATE").Length - 1);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(context) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Equal(2, (await CommandRun.Of("authority", "trust", "--server", server.Url)).ExitCode);
    }

    private static Authority Authority(string key, AuthorityState state, int trusted, int certified) => new()
    {
        Key = key,
        State = state,
        Certificate = ByteString.CopyFromUtf8(key),
        TrustedBy = trusted,
        CertifiedBy = certified,
        NotAfter = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(60)),
    };
}
