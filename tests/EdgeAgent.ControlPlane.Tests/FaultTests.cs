using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>What befalls machines: full disks, clocks that jump.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_full_disk_refuses_changes_by_name_serves_hosts_and_recovers_when_there_is_space()
    {
        // A disk of a few megabytes, seen by the server alone.
        var (grpc, http) = (ProcessTests.Running.FreePort(), ProcessTests.Running.FreePort());
        var plain = ProcessTests.Running.StartInfo(["--data", $"{_directory.Path}/data", "--listen", $"127.0.0.1:{grpc}", "--http", $"127.0.0.1:{http}", "--insecure"]);
        var info = new ProcessStartInfo("unshare", ["--mount", "sh", "-c", $"mount -t tmpfs -o size=6m none '{_directory.Path}' && exec \"$@\"", "sh", plain.FileName, .. plain.ArgumentList]) { RedirectStandardError = true };
        info.Environment.Remove("NOTIFY_SOCKET");
        using var server = await ProcessTests.Running.StartAsync(grpc, http, info);
        await using var agent = await TestAgent.ConnectAsync(server.Channel, TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync(1);
        await InsideAsync(server, $"dd if=/dev/zero of='{_directory.Path}/filler' bs=64k 2>/dev/null; true");

        var (accepted, refusal) = (1L, default(RpcException));
        for (var i = 0; i < 200 && refusal is null; i++)
        {
            try
            {
                var request = TestServer.Request(Yaml.Host($"h-{i}", $"10.1.0.{i}", new string('x', 60)), new string('n', 4000));
                accepted = (await server.Admin.ApplyAsync(request)).Revision;
            }
            catch (RpcException e)
            {
                refusal = e;
            }
        }

        Assert.Equal(StatusCode.ResourceExhausted, refusal!.StatusCode);
        Assert.Contains("no space is left", refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(accepted, (await server.Admin.ListAsync(new())).Revision);
        Assert.Null(agent.End);
        await using (var other = await TestAgent.ConnectAsync(server.Channel, TestAgent.FactsOf("a", "10.0.0.1")))
            await other.SyncAsync(accepted);

        await InsideAsync(server, $"rm '{_directory.Path}/filler'");
        var after = await server.Admin.ApplyAsync(TestServer.Request(Yaml.Host("late", "10.2.0.1", "x")));
        Assert.Equal((true, accepted + 1), (after.Accepted, after.Revision));
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task A_clock_that_jumps_keeps_the_order_of_history_and_makes_no_host_stale()
    {
        var clock = new JumpingClock();
        await using var server = await TestServer.StartAsync(plain => plain with { ReportInterval = TimeSpan.FromSeconds(1) }, time: clock);
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1", ("app", "a")));
        await agent.SyncAsync(1);
        await agent.ReportAsync();
        await StandsAsync(Wire.V1.HostState.Realized);

        clock.Jump(TimeSpan.FromDays(365));
        var second = await server.AcceptAsync(Yaml.Policy("p", "a", "a"));
        await Task.Delay(700);
        Assert.NotEqual(Wire.V1.HostState.Stale, (await server.Admin.StatusAsync(new())).Hosts.Single().Status.State);

        clock.Jump(TimeSpan.FromDays(-800));
        for (var i = 0; i < 3; i++)
        {
            var snapshots = agent.Count(ServerMessage.MessageOneofCase.Snapshot);
            await agent.ResyncAsync();
            await Eventually.HoldsAsync(() => agent.Count(ServerMessage.MessageOneofCase.Snapshot) > snapshots, "a snapshot after the clock was set back");
        }

        var third = await server.AcceptAsync(Yaml.Policy("p", "a", "b"));
        await agent.SyncAsync(third);
        await StandsAsync(Wire.V1.HostState.Stale);
        var history = (await server.Admin.HistoryAsync(new())).Revisions;
        Assert.Equal([third, second, 1], history.Select(entry => entry.Revision));
        Assert.True(history[0].At.ToDateTimeOffset() < history[1].At.ToDateTimeOffset());
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);

        Task StandsAsync(Wire.V1.HostState state) => Eventually.HoldsAsync(
            async () => (await server.Admin.StatusAsync(new())).Hosts.Single().Status.State == state, $"the host is {state}");
    }

    private static async Task InsideAsync(ProcessTests.Running server, string script)
    {
        using var process = Process.Start("nsenter", ["--mount", "--target", $"{server.Id}", "sh", "-c", script]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private sealed class JumpingClock : TimeProvider
    {
        private long _offset;

        public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));
    }
}
