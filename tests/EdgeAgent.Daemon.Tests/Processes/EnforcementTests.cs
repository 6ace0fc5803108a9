using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Testing;
using V1 = EdgeAgent.Wire.V1;

namespace EdgeAgent.Daemon.Tests;

[Collection(ProcessCollection.Name)]
public sealed class EnforcementTests : IAsyncLifetime
{
    private const int Open = 9080, Closed = 9081;
    private static readonly HostPolicy First = Policies.Inbound(7, Open, "10.99.0.1");

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_snapshot_is_realized_with_equal_digests()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Closed));
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        var status = await controlPlane.RealizedAsync(First);

        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        Assert.Equal(RulesetDigest.Of(_lab.Table()!), status.KernelDigest);
        Assert.Equal(new Stamp(First.Revision, HostPolicyDigest.Of(First)), Stamp.Of(_lab.Table()!));
        Assert.True(status is { Rules: > 5, Sets: > 0, Elements: > 0, ConntrackMax: > 0, MemoryBytes: > 1 << 20 }, $"{status}");
        Assert.Contains("outbound TCP/7400 to 10.99.0.1 (control-plane)", status.AlwaysOpen);

        var hello = controlPlane.Hellos.Single();
        Assert.Equal(("default", "ratings-1", "nftables", "ratings", "v1"), (hello.Facts.Namespace, hello.Facts.Name, hello.Facts.Backend, hello.Facts.Labels["app"], hello.Facts.Labels["version"]));
        Assert.Contains(_lab.Pair.ServerV4.GetAddressBytes(), hello.Facts.Addresses.Select(address => address.ToByteArray()));
        Assert.DoesNotContain([127, 0, 0, 1], hello.Facts.Addresses.Select(address => address.ToByteArray()));

        Assert.Equal((0, true), (_lab.Command("verify").ExitCode, _lab.Command("show").Output.Contains("9080", StringComparison.Ordinal)));
        Assert.Equal(0, agent.Stop());
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        var stopped = _lab.Command("status", "-o", "json");
        Assert.Equal((0, false, "Realized"), (stopped.ExitCode, StatusDocument.Parse(System.Text.Encoding.UTF8.GetBytes(stopped.Output)).Running, StatusDocument.Parse(System.Text.Encoding.UTF8.GetBytes(stopped.Output)).State));
    }

    [Fact]
    public async Task The_text_behind_a_kernel_digest_is_sent_when_it_is_asked_for()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        var digest = (await controlPlane.RealizedAsync(First)).KernelDigest;
        controlPlane.Send(new() { Command = new() { SendRuleset = new() { Digest = Digest.Of("another").Hex } } });
        controlPlane.Send(new() { Command = new() { SendRuleset = new() { Digest = digest.Hex } } });
        for (var i = 0; i < 600 && controlPlane.Rulesets.IsEmpty; i++)
            await Task.Delay(50);
        var sent = Assert.Single(controlPlane.Rulesets);
        Assert.Equal((digest.Hex, digest), (sent.Digest, Digest.Of(Unpacked(sent.Proof))));
        Assert.Contains("10.99.0.1 : \"", Unpacked(sent.Full), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deltas_are_applied_and_one_that_does_not_fit_is_answered_with_a_wish_for_a_snapshot()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        var second = Policies.Inbound(8, Open, "10.99.0.1", "10.99.0.3");
        controlPlane.PublishDelta(First, second);
        await controlPlane.RealizedAsync(second);
        Assert.Empty(controlPlane.Resyncs);

        var third = Policies.Inbound(9, Closed, "10.99.0.1");
        controlPlane.PublishDelta(First, third);
        await controlPlane.RealizedAsync(third);
        Assert.Contains("applies to policy", Assert.Single(controlPlane.Resyncs), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_revision_of_the_same_policy_is_realized_too()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        var before = await controlPlane.RealizedAsync(First);
        controlPlane.Send(new() { InSync = new V1.InSync { Revision = 12, Digest = HostPolicyDigest.Of(First).Hex } });
        var after = await controlPlane.RealizedAsync(First with { Revision = new(12) });
        Assert.Equal(before.KernelDigest, after.KernelDigest);
    }

    [Fact]
    public async Task A_flushed_ruleset_is_repaired_and_its_culprit_named()
    {
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        var before = await controlPlane.RealizedAsync(First);
        _lab.Host.Nft("flush ruleset");
        var status = await controlPlane.WaitAsync(status => status.Repairs > 0, "with a repair");
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        Assert.Equal(before.KernelDigest, RulesetDigest.Of(_lab.Table()!));
        var drift = Assert.Single(status.Drift);
        Assert.Equal(("nft", "table inet edgeagent was deleted"), (drift.ProcessName, drift.What));
        Assert.True(drift.ProcessId > 0 && drift.Repaired < TimeSpan.FromSeconds(5), $"{drift}");

        _lab.Host.Nft("insert rule inet edgeagent input accept");
        status = await controlPlane.WaitAsync(status => status.Repairs > 1, "with a second repair");
        Assert.Equal(before.KernelDigest, RulesetDigest.Of(_lab.Table()!));
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        Assert.Contains("accept", status.Drift[^1].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_foreign_change_is_repaired_and_said()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        var before = await controlPlane.RealizedAsync(First);
        var map = _lab.Table()!.Sets.Values.First(set => set.Schema.Kind == SetKind.CounterMap).Schema.Name;
        (string Command, string Said)[] damages =
        [
            ("delete table inet edgeagent", "was deleted"),
            ("flush chain inet edgeagent output", "- "),
            ("add rule inet edgeagent in-deny accept", "+ accept"),
            ("add chain inet edgeagent foreign", "+ chain foreign"),
            ("add chain inet edgeagent input { policy drop; }", "policy drop;"),
            ($"flush map inet edgeagent {map}", "- 10.99.0.1"),
            ($"add element inet edgeagent {map} {{ 192.0.2.1 : \"denied.in\" }}", "+ 192.0.2.1"),
            ("add set inet edgeagent foreign { type ipv4_addr; size 4; }", "foreign"),
            ("add table inet edgeagent { flags dormant; }", "table flags"),
        ];
        for (var i = 0; i < damages.Length; i++)
        {
            _lab.Host.Nft("-f -", damages[i].Command + "\n");
            var status = await controlPlane.WaitAsync(status => status.Repairs > i, $"with repair {i + 1}, of '{damages[i].Command}'");
            Assert.Equal(("nft", i + 1L), (status.Drift[^1].ProcessName, status.Repairs));
            Assert.Contains(damages[i].Said, status.Drift[^1].What, StringComparison.Ordinal);
            Assert.Equal(before.KernelDigest, RulesetDigest.Of(_lab.Table()!));
        }
    }

    [Fact]
    public async Task A_host_without_ipv6_is_enforced_like_any_other()
    {
        _lab.Host.Sysctl("net/ipv6/conf/all/disable_ipv6", "1");
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        Assert.All(controlPlane.Hellos.Single().Facts.Addresses, address => Assert.Equal(4, address.Length));
        var second = Policies.Inbound(8, Closed, "10.99.0.1");
        controlPlane.Publish(second);
        await controlPlane.RealizedAsync(second);
        Assert.Equal((ProbeResult.Silent, ProbeResult.Answered), (_lab.Tcp(Open), _lab.Tcp(Closed)));
    }

    [Fact]
    public async Task A_new_address_of_an_interface_is_announced_at_once()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        _lab.Host.Ip("addr add 10.99.0.50/16 dev veth0");
        await AgentLab.UntilAsync(() => controlPlane.Hellos.Last().Facts.Addresses.Any(address => address.Span.SequenceEqual<byte>([10, 99, 0, 50])), "a hello with the new address");
        _lab.Host.Ip("addr del 10.99.0.50/16 dev veth0");
        await AgentLab.UntilAsync(() => !controlPlane.Hellos.Last().Facts.Addresses.Any(address => address.Span.SequenceEqual<byte>([10, 99, 0, 50])), "a hello without it");
        await controlPlane.RealizedAsync(First);
    }

    [Fact]
    public async Task Denied_flows_and_counters_are_reported()
    {
        _lab.Serve(Open);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        await Task.Delay(1000);
        controlPlane.Send(new() { Command = new V1.Command { Verify = new() } });
        var status = await controlPlane.WaitAsync(status => !status.Denied.IsEmpty, "with denied flows");
        var denied = Assert.Single(status.Denied);
        Assert.Equal((Direction.Inbound, "10.99.0.1", "10.99.0.2", IpProtocol.Tcp, Closed), (denied.Direction, denied.Source.ToString(), denied.Destination.ToString(), denied.Protocol, denied.Port));
        Assert.Empty(status.ShadowedBy);
        Assert.Contains(status.Counters, counter => counter.Counter == "default/test.in" && counter.Packets == 1);
    }

    [Fact]
    public async Task A_foreign_chain_that_can_drop_what_is_allowed_is_reported_and_left_alone()
    {
        _lab.Host.Nft("-f -", "table inet other { chain in { type filter hook input priority 10; policy drop; tcp dport 9080 accept; }; chain through { type filter hook forward priority 0; policy drop; }; }");
        var controlPlane = await _lab.StartControlPlaneAsync();
        _lab.Host.Nft("add rule inet other in ct state established accept");
        var foreign = _lab.Host.Nft("list table inet other");
        _lab.StartAgent();
        await AgentLab.UntilAsync(() => !controlPlane.Hellos.IsEmpty, "a hello");
        controlPlane.Publish(First);
        var status = await controlPlane.RealizedAsync(First);
        Assert.Equal(["inet other in (input, priority 10, policy drop)"], status.ShadowedBy);
        _lab.Host.Nft("flush chain inet edgeagent input");
        await controlPlane.WaitAsync(status => status.Repairs > 0, "with a repair");
        Assert.Equal(foreign, _lab.Host.Nft("list table inet other"));
    }

    [Fact]
    public async Task A_policy_that_cannot_be_enforced_leaves_the_one_before_and_says_why()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        var before = RulesetText.Of(_lab.Table()!);
        var contradictory = new Rule(Verdict.Allow, Policies.Reference) { Protocol = new(new IpProtocol(47), false), Ports = [PortRange.Single(80)] };
        var bad = First with { Revision = new(8), Inbound = [new Stage([new Branch(null, [new Block([contradictory], BlockEnd.Deny, Policies.Reference)])])] };
        controlPlane.Publish(bad);
        var status = await controlPlane.WaitAsync(status => status.State == HostState.Failed, "failed");
        Assert.Equal((8L, 7L), (status.Target.Number, status.Realized.Number));
        Assert.NotEmpty(status.Reason);
        Assert.Equal(before, RulesetText.Of(_lab.Table()!));
        Assert.Equal(0, _lab.Command("verify").ExitCode);

        var good = Policies.Inbound(9, Closed, "10.99.0.1");
        controlPlane.Publish(good);
        await controlPlane.RealizedAsync(good);
    }

    [Fact]
    public async Task A_policy_after_which_the_control_plane_is_silent_is_undone_until_it_is_retried()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        _lab.StartAgent("--confirm-seconds", "2");
        await controlPlane.RealizedAsync(First);
        await AgentLab.UntilAsync(() => !File.Exists(_lab.Directory.State.ConfirmedPolicy), "the confirmation of the first policy");
        controlPlane.HeartbeatEvery = null;
        var second = Policies.Inbound(8, Closed, "10.99.0.1");
        controlPlane.Publish(second);
        var status = await controlPlane.WaitAsync(status => status.State == HostState.RolledBack && status.Realized == First.Revision, "rolled back");
        Assert.Equal((8L, 7L), (status.Target.Number, status.Realized.Number));
        Assert.Contains("not heard within 2 s", status.Reason, StringComparison.Ordinal);
        Assert.Equal(new Stamp(First.Revision, HostPolicyDigest.Of(First)), Stamp.Of(_lab.Table()!));

        controlPlane.HeartbeatEvery = TimeSpan.FromMilliseconds(200);
        controlPlane.Publish(second);
        await Task.Delay(1000);
        Assert.Equal(HostState.RolledBack, controlPlane.LastStatus!.State);
        controlPlane.Send(new() { Command = new V1.Command { Retry = new V1.Retry { Revision = 8 } } });
        await controlPlane.RealizedAsync(second);
        await AgentLab.UntilAsync(() => !File.Exists(_lab.Directory.State.ConfirmedPolicy), "the confirmation of the second policy");
    }

    private static string Unpacked(Google.Protobuf.ByteString packed)
    {
        using var text = new StreamReader(new System.IO.Compression.BrotliStream(new MemoryStream(packed.ToByteArray()), System.IO.Compression.CompressionMode.Decompress));
        return text.ReadToEnd();
    }
}
