using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A table that only the agent can change.</summary>
[Collection(ProcessCollection.Name)]
public sealed class OwnershipTests : IAsyncLifetime
{
    private const int Open = 9080, Closed = 9081;
    private static readonly HostPolicy First = Policies.Inbound(7, Open, "10.99.0.1");

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task Nobody_else_can_change_an_owned_table_and_the_next_agent_adopts_it()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent("--owner", "on");
        var before = await controlPlane.RealizedAsync(First);
        Assert.Contains("owner", _lab.Host.Nft("list table inet edgeagent"), StringComparison.Ordinal);
        Assert.NotEqual(0u, OwnerPort());
        _lab.Host.Nft("flush ruleset");
        Assert.Throws<InvalidOperationException>(() => _lab.Host.Nft("delete table inet edgeagent"));
        Assert.Throws<InvalidOperationException>(() => _lab.Host.Nft("insert rule inet edgeagent input accept"));
        Assert.Equal(before.KernelDigest, RulesetDigest.Of(_lab.Table()!));
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));

        // Updates and commands that only read work as ever.
        var second = Policies.Inbound(8, Closed, "10.99.0.1");
        controlPlane.Publish(second);
        await controlPlane.RealizedAsync(second);
        Assert.Equal((0, 0), (_lab.Command("verify").ExitCode, _lab.Command("show").ExitCode));

        // After a crash the table stays; whatever happened to it meanwhile, the next agent makes it its own again.
        agent.Kill();
        Assert.Equal(0u, OwnerPort());
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Open));
        _lab.Host.Nft("insert rule inet edgeagent input accept");
        agent = _lab.StartAgent("--owner", "on");
        await AgentLab.UntilAsync(() => OwnerPort() != 0, "an owner", () => agent.Output);
        await AgentLab.UntilAsync(() => _lab.Command("verify").ExitCode == 0, "the table as it must be", () => agent.Output);
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Open));
    }

    [Fact]
    public async Task A_table_without_owner_gets_one_without_letting_anything_pass_and_loses_it_when_the_option_says_so()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent("--owner", "off");
        await controlPlane.RealizedAsync(First);
        Assert.Equal(0u, OwnerPort());
        agent.Stop();
        using (var knocking = new Knocking(_lab, Closed))
        {
            agent = _lab.StartAgent("--owner", "on");
            await AgentLab.UntilAsync(() => OwnerPort() != 0, "an owner", () => agent.Output);
            await AgentLab.UntilAsync(() => knocking.Tries > 50, "some attempts");
            Assert.Equal(0, knocking.Answers);
        }

        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Open));
        agent.Stop();
        agent = _lab.StartAgent("--owner", "off");
        var second = Policies.Inbound(8, Closed, "10.99.0.1");
        controlPlane.Publish(second);
        await controlPlane.RealizedAsync(second);
        Assert.Equal(0u, OwnerPort());
    }

    [Fact]
    public async Task A_second_agent_on_the_same_host_says_that_the_table_is_another_s()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent("--owner", "on");
        await controlPlane.RealizedAsync(First);
        using var other = new TemporaryDirectory();
        using var second = AgentProcess.Run(_lab.Host, other.Path, _lab.Url, "--owner", "on");
        await AgentLab.UntilAsync(() => second.Output.Contains("belongs to another socket", StringComparison.Ordinal), "the second agent's complaint", () => second.Output);
    }

    [Theory]
    [InlineData("open", ProbeResult.Answered, ProbeResult.Answered)]
    [InlineData("closed-except-failsafe", ProbeResult.Silent, ProbeResult.Silent)]
    public async Task Purge_has_the_running_agent_let_go_of_its_table(string endState, ProbeResult open, ProbeResult closed)
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent("--owner", "on");
        await controlPlane.RealizedAsync(First);
        var purge = _lab.Command("purge", "--end-state", endState);
        Assert.True(purge.ExitCode == 0, purge.Errors);
        Assert.Equal((open, closed), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        await controlPlane.WaitAsync(status => status.State == HostState.Failed && status.Reason.Contains("purged", StringComparison.Ordinal), "that says purged");
    }

    [Fact]
    public async Task A_supervisor_that_keeps_the_socket_keeps_the_table_closed_to_others_over_a_restart()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var first = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        first.Stop();

        // No supervisor keeps anything in this namespace: by itself the agent owns nothing.
        Assert.Equal(0u, OwnerPort());
        var output = _lab.Host.Execute("python3", ["-c", Supervisor, AgentProcess.Program, _lab.Directory.Path]);
        Assert.Equal(["ready", "owned", "a flush by others leaves it out while no agent runs", "owned after the restart"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // What systemd does with FileDescriptorStoreMax, in a few lines (sd_notify(3), sd_listen_fds(3)).
    private const string Supervisor = """
        import os, re, signal, socket, subprocess, sys, tempfile
        program, state = sys.argv[1:]
        path = os.path.join(tempfile.mkdtemp(), "notify")
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(path)
        notify.settimeout(60)
        command = [program, "run", "--control-plane", "http://127.0.0.1:9", "--insecure", "--name", "ratings-1", "--state-dir", state, "--no-confirm"]
        agents = []
        def start(kept):
            pid = os.fork()
            if pid == 0:
                environment = dict(os.environ, NOTIFY_SOCKET=path, FDSTORE="1")
                if kept is not None:
                    os.dup2(kept, 3)
                    environment.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="nftables")
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
                os.execve(program, command, environment)
            agents.append(pid)
        def ready():
            kept = None
            while True:
                data, fds, _, _ = socket.recv_fds(notify, 4096, 4)
                lines = data.decode().split("\n")
                if "FDSTORE=1" in lines and "FDNAME=nftables" in lines:
                    kept = fds[0]
                if "READY=1" in lines:
                    return kept
        def end():
            pid = agents.pop()
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        def table():
            return subprocess.run(["nft", "list", "table", "inet", "edgeagent"], capture_output=True, text=True).stdout
        try:
            start(None)
            kept = ready()
            print("ready")
            if kept is not None and re.search("flags.*owner", table()): print("owned")
            end()
            subprocess.run(["nft", "flush", "ruleset"], check=True)
            if "in-deny" in table(): print("a flush by others leaves it out while no agent runs")
            start(kept)
            again = ready()
            if again is None and re.search("flags.*owner", table()) and subprocess.run(["nft", "delete", "table", "inet", "edgeagent"], capture_output=True).returncode != 0:
                print("owned after the restart")
        finally:
            while agents:
                end()
        """;

    private uint OwnerPort()
    {
        using var kernel = new NetfilterKernel(_lab.Host.Path);
        return kernel.Read().OwnerPort;
    }

    /// <summary>Knocks at a closed port again and again.</summary>
    private sealed class Knocking : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _knocking;
        private int _tries;
        private int _answers;

        internal Knocking(AgentLab lab, int port) => _knocking = Task.Run(() =>
        {
            while (!_stop.IsCancellationRequested)
            {
                var result = Probe.Tcp(lab.Pair.Client, lab.Pair.ServerV4, port, TimeSpan.FromMilliseconds(20));
                Interlocked.Increment(ref _tries);
                if (result == ProbeResult.Answered)
                    Interlocked.Increment(ref _answers);
            }
        });

        internal int Tries => Volatile.Read(ref _tries);

        internal int Answers => Volatile.Read(ref _answers);

        public void Dispose()
        {
            _stop.Cancel();
            _knocking.Wait();
            _stop.Dispose();
        }
    }
}
