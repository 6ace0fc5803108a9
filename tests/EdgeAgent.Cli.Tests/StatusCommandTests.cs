using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Answers = EdgeAgent.Cli.Tests.Support.FakeControlPlane.Answers;

namespace EdgeAgent.Cli.Tests;

public sealed class StatusCommandTests
{
    [Fact]
    public async Task The_table_says_of_each_host_what_its_kernel_holds_and_counts_the_realized()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { Status = _ => new() { Revision = 5, Hosts = { Report("a", realized: true), Report("b", realized: false) } } });

        var run = await CommandRun.Of("status", "--server", server.Url);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^default/a\s+Realized\s+5\s+aaaaaaaaaaaa\s+cccccccccccc\s+10\s+2\s+30\s+6\.0 ms\s+1$", run.Lines[1]);
        Assert.Matches(@"^default/b\s+Failed\s+4 of 5\s+.*no room$", run.Lines[2]);
        Assert.Equal("revision 5: 1 of 2 hosts realized", run.Lines[3]);
    }

    [Fact]
    public async Task Json_has_everything_a_host_says()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers { Status = _ => new() { Revision = 5, Hosts = { Report("a", realized: true) } } });

        var run = await CommandRun.Of("status", "default/a", "-o", "json", "--server", server.Url);

        using var answer = JsonDocument.Parse(run.Output);
        var host = answer.RootElement.GetProperty("hosts")[0];
        Assert.Equal(1, answer.RootElement.GetProperty("realized").GetInt32());
        Assert.Equal("Realized", host.GetProperty("state").GetString());
        Assert.True(host.GetProperty("realized").GetBoolean());
        Assert.Equal(5, host.GetProperty("realizedRevision").GetInt64());
        Assert.Equal("nft", host.GetProperty("drift")[0].GetProperty("processName").GetString());
        Assert.Equal(1.5, host.GetProperty("drift")[0].GetProperty("repairedMilliseconds").GetDouble());
        Assert.Equal("10.0.0.9", host.GetProperty("denied")[0].GetProperty("source").GetString());
        Assert.Equal("ssh", host.GetProperty("alwaysOpen")[0].GetString());
    }

    [Fact]
    public async Task Of_one_host_drift_denied_flows_and_history_are_told()
    {
        await using var server = await FakeControlPlane.StartAsync(new Answers
        {
            Status = _ => new() { Revision = 5, Hosts = { Report("a", realized: true) } },
            StatusHistory = request => new() { Transitions = { new StatusTransition { At = Timestamp.FromDateTime(DateTime.UnixEpoch), State = HostState.Applying, TargetRevision = 5, RealizedRevision = 4, Reason = $"for {request.Namespace}/{request.Name}" } } },
        });

        var run = await CommandRun.Of("status", "a", "--server", server.Url);

        Assert.Contains("1970-01-01T00:00:00Z  table deleted, by nft (pid 77), repaired in 1.5 ms", run.Output, StringComparison.Ordinal);
        Assert.Contains("10.0.0.9 -> 10.0.0.1 TCP/9080, 3 times, by default/p", run.Output, StringComparison.Ordinal);
        Assert.Contains("Applying at revision 4 of 5: for default/a", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_when_all_are_realized_and_is_a_negative_answer_when_they_are_not_in_time()
    {
        var asked = 0;
        await using var server = await FakeControlPlane.StartAsync(new Answers { Status = _ => new() { Revision = 5, Hosts = { Report("a", realized: ++asked >= 3) } } });
        await using var never = await FakeControlPlane.StartAsync(new Answers { Status = _ => new() { Revision = 5, Hosts = { Report("a", realized: false) } } });

        var waited = await CommandRun.Of("status", "--wait", "30", "--server", server.Url);
        var gaveUp = await CommandRun.Of("status", "--wait", "0.2", "--server", never.Url);

        Assert.Equal(0, waited.ExitCode);
        Assert.Equal(3, asked);
        Assert.Equal(1, gaveUp.ExitCode);
        Assert.Contains("0 of 1 host realized", gaveUp.Output, StringComparison.Ordinal);
    }

    private static HostReport Report(string name, bool realized) => new()
    {
        Connected = true,
        WantedRevision = 5,
        WantedDigest = new string('a', 64),
        Received = Timestamp.FromDateTime(DateTime.UnixEpoch),
        Status = new HostStatus
        {
            Namespace = "default",
            Name = name,
            State = realized ? HostState.Realized : HostState.Failed,
            Reason = realized ? "" : "no room",
            TargetRevision = 5,
            RealizedRevision = realized ? 5 : 4,
            PolicyDigest = new string(realized ? 'a' : 'b', 64),
            KernelDigest = new string('c', 64),
            Rules = 10,
            Sets = 2,
            Elements = 30,
            CompileTime = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)),
            EncodeTime = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(2)),
            KernelTime = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(3)),
            Repairs = 1,
            Drift = { new DriftEvent { At = Timestamp.FromDateTime(DateTime.UnixEpoch), ProcessId = 77, ProcessName = "nft", What = "table deleted", Repaired = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1.5)) } },
            Denied =
            {
                new DeniedFlow
                {
                    Direction = Direction.Inbound,
                    Source = ByteString.CopyFrom(10, 0, 0, 9),
                    Destination = ByteString.CopyFrom(10, 0, 0, 1),
                    Protocol = 6,
                    Port = 9080,
                    Policy = "default/p",
                    Count = 3,
                    LastSeen = Timestamp.FromDateTime(DateTime.UnixEpoch),
                },
            },
            AlwaysOpen = { "ssh" },
        },
    };
}
