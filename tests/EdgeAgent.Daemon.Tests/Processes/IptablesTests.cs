using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>The agent on x_tables and ipset.</summary>
[Collection(ProcessCollection.Name)]
public sealed class IptablesTests : IAsyncLifetime
{
    private const int Open = 9080, Closed = 9081;
    private static readonly HostPolicy First = Policies.Inbound(7, Open, "10.99.0.1");

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_snapshot_is_realized_counted_and_its_denials_are_attributed()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        Start();
        var status = await controlPlane.RealizedAsync(First);
        Assert.Equal("iptables", controlPlane.Hellos.Single().Facts.Backend);
        Assert.Equal(XTablesText.DigestOf(Held()!), status.KernelDigest);
        Assert.Equal(new Stamp(First.Revision, HostPolicyDigest.Of(First)), Held()!.Stamp);
        Assert.True(status is { Rules: > 5, Sets: > 0, Elements: > 0 }, $"{status}");
        Assert.Null(_lab.Table());

        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        await Task.Delay(1000);
        controlPlane.Send(new() { Command = new() { Verify = new() } });
        status = await controlPlane.WaitAsync(status => !status.Denied.IsEmpty, "with denied flows");
        var denied = Assert.Single(status.Denied);
        Assert.Equal((Direction.Inbound, "10.99.0.1", Closed, "default/test"), (denied.Direction, denied.Source.ToString(), denied.Port, denied.Policy));
        Assert.Contains(status.Counters, counter => counter.Counter == "default/test.in" && counter.Packets == 1);
        Assert.Empty(status.ShadowedBy);
        var show = _lab.Command("show").Output;
        Assert.Contains("iptables -A INPUT -j EDGEAGENT-INPUT", show, StringComparison.Ordinal);
        Assert.Equal(XTablesText.Of(Held()!), show);
        Assert.Equal(0, _lab.Command("verify").ExitCode);
    }

    [Fact]
    public async Task Peers_join_and_leave_without_a_rule_being_touched()
    {
        _lab.Serve(Open);
        var peer = _lab.Pair.AddClientAddress("10.99.0.77");
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        Start();
        await controlPlane.RealizedAsync(First);
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Open, peer)));
        var before = Saved("-c");
        var second = Policies.Inbound(8, Open, "10.99.0.1", "10.99.0.77");
        controlPlane.PublishDelta(First, second);
        await controlPlane.RealizedAsync(second);
        Assert.Contains("[1:60]", before, StringComparison.Ordinal);
        Assert.Equal((ProbeResult.Answered, ProbeResult.Answered), (_lab.Tcp(Open), _lab.Tcp(Open, peer)));
        controlPlane.PublishDelta(second, First with { Revision = new(9) });
        await controlPlane.RealizedAsync(First with { Revision = new(9) });
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Open, peer)));
    }

    [Theory]
    [InlineData("iptables-legacy", "-F")]
    [InlineData("iptables-legacy", "-I INPUT -j ACCEPT")]
    [InlineData("ipset", "flush")]
    public async Task Damage_is_found_and_repaired(string program, string arguments)
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        Start();
        var before = await controlPlane.RealizedAsync(First);
        _lab.Host.Execute(program, arguments.Split(' '));
        var status = await controlPlane.WaitAsync(status => status.Repairs > 0, "with a repair");
        Assert.Equal(before.KernelDigest, XTablesText.DigestOf(Held()!));
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        Assert.NotEmpty(Assert.Single(status.Drift).What);
    }

    [Fact]
    public async Task The_policy_from_disk_is_enforced_without_a_control_plane()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = Start();
        await controlPlane.RealizedAsync(First);
        agent.Stop();
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        await _lab.StopControlPlaneAsync();
        _lab.Host.Execute("iptables-legacy", ["-F"]);
        Assert.Equal(1, _lab.Command("verify").ExitCode);
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Closed));
        Start();
        await AgentLab.UntilAsync(() => _lab.Tcp(Closed) == ProbeResult.Silent, "the policy from disk");
        Assert.Equal((ProbeResult.Answered, 0), (_lab.Tcp(Open), _lab.Command("verify").ExitCode));
    }

    [Theory]
    [InlineData("open", ProbeResult.Answered, ProbeResult.Answered)]
    [InlineData("closed-except-failsafe", ProbeResult.Silent, ProbeResult.Answered)]
    [InlineData("keep", ProbeResult.Silent, ProbeResult.Answered)]
    public async Task Each_end_state_of_a_purge_is_what_its_name_says(string endState, ProbeResult closed, ProbeResult ssh)
    {
        _lab.Serve(Closed);
        _lab.Serve(22);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        Start();
        await controlPlane.RealizedAsync(First);
        var purge = _lab.Command("purge", "--end-state", endState);
        Assert.True(purge.ExitCode == 0, purge.Errors);
        Assert.Equal((closed, ssh), (_lab.Tcp(Closed), _lab.Tcp(22)));
        Assert.Equal(endState != "open", Saved().Contains(XTablesRuleset.Prefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_x_tables_cannot_say_leaves_the_policy_before_and_says_why()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        Start();
        await controlPlane.RealizedAsync(First);
        var before = Saved();
        var rule = new Rule(Verdict.Allow, Policies.Reference) { Protocol = new(IpProtocol.Icmp, false), Icmp = new(255, null, false) };
        controlPlane.Publish(First with { Revision = new(8), Inbound = [new Stage([new Branch(null, [new Block([rule], BlockEnd.Deny, Policies.Reference)])])] });
        var status = await controlPlane.WaitAsync(status => status.State == HostState.Failed, "failed");
        Assert.Contains("x_tables has no words for ICMP type 255", status.Reason, StringComparison.Ordinal);
        Assert.Equal((8L, 7L), (status.Target.Number, status.Realized.Number));
        Assert.Equal(before, Saved());
    }

    [Fact]
    public async Task Another_backend_takes_over_and_leaves_nothing_of_the_one_before()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        foreach (var backend in new[] { "iptables", "auto", "iptables" })
        {
            var agent = _lab.StartAgent("--backend", backend);
            await AgentLab.UntilAsync(() => _lab.Status() is { Running: true } status && status.ProcessId == agent.Id && status.State == "Realized", $"{backend} in force", () => agent.Output);
            Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
            Assert.Equal(backend == "iptables", Saved().Contains(XTablesRuleset.Prefix, StringComparison.Ordinal));
            Assert.Equal(backend == "auto", _lab.Table() is not null);
            agent.Stop();
        }
    }

    private AgentProcess Start() => _lab.StartAgent("--backend", "iptables");

    private string Saved(params string[] arguments) =>
        // Comments carry the time, and built-in chains what they have counted.
        string.Join('\n', _lab.Host.Execute("iptables-legacy-save", arguments).Split('\n').Where(line => !line.StartsWith('#') && !line.StartsWith(':'))) + _lab.Host.Execute("ipset", ["save"]);

    private XTablesRuleset? Held()
    {
        using var kernel = new XTablesKernel(_lab.Host.Path);
        return kernel.Read().Held.Content;
    }
}
