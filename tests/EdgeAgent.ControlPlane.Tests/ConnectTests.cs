using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using static EdgeAgent.Wire.V1.ServerMessage;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class ConnectTests
{
    private static readonly Contracts.HostFacts A = TestAgent.FactsOf("a", "10.0.0.1", ("app", "a"));
    private static readonly Contracts.HostFacts B = TestAgent.FactsOf("b", "10.0.0.2", ("app", "b"));

    [Fact]
    public async Task A_host_gets_a_snapshot_then_deltas_that_lead_where_a_snapshot_would()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), B);
        await agent.SyncAsync();
        Assert.Equal([MessageOneofCase.Welcome, MessageOneofCase.Snapshot, MessageOneofCase.InSync, MessageOneofCase.Heartbeat], agent.Messages.Take(4).Select(message => message.MessageCase));
        Assert.Equal(30, agent.Messages[0].Welcome.ReportInterval.Seconds);

        var revision = await server.AcceptAsync(Yaml.Policy("a-to-b", "a", "b"));
        await agent.SyncAsync(revision);
        revision = await server.AcceptAsync(Yaml.Join(Yaml.Host("a", "10.0.0.1", "a"), Yaml.Host("a2", "10.0.0.11", "a")));
        await agent.SyncAsync(revision);
        Assert.Equal((1, 2), (agent.Count(MessageOneofCase.Snapshot), agent.Count(MessageOneofCase.Delta)));

        await using var fresh = await TestAgent.ConnectAsync(server.Channel(), B);
        await fresh.SyncAsync(revision);
        Assert.Equal(1, fresh.Count(MessageOneofCase.Snapshot));
        Assert.Equal(HostPolicyDigest.Text(fresh.Policy!), HostPolicyDigest.Text(agent.Policy!));
        Assert.Contains(fresh.Policy!.Sets.Values, set => set.Contains(IpAddress.Parse("10.0.0.11")));
    }

    [Fact]
    public async Task A_revision_that_changes_nothing_for_a_host_is_an_in_sync_mark_alone()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await agent.SyncAsync();
        var revision = await server.AcceptAsync(Yaml.Host("far", "10.9.9.9", "far"));
        await agent.SyncAsync(revision);
        Assert.Equal((1, 0, 2), (agent.Count(MessageOneofCase.Snapshot), agent.Count(MessageOneofCase.Delta), agent.Count(MessageOneofCase.InSync)));
    }

    [Fact]
    public async Task A_reconnect_with_the_same_digest_gets_no_policy()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Join(Yaml.Host("a", "10.0.0.1", "a"), Yaml.Host("b", "10.0.0.2", "b"), Yaml.Policy("a-to-b", "a", "b")));
        await using var first = await TestAgent.ConnectAsync(server.Channel(), B);
        await first.SyncAsync();
        await first.DisposeAsync();

        await using var second = await TestAgent.ConnectAsync(server.Channel(), B, first.Policy);
        await second.SyncAsync();
        Assert.Equal((0, 0), (second.Count(MessageOneofCase.Snapshot), second.Count(MessageOneofCase.Delta)));

        // What comes next is a delta on what the host has from its cache.
        await second.SyncAsync(await server.AcceptAsync(Yaml.Policy("a-to-b", "a", "b", 99)));
        Assert.Equal((0, 1), (second.Count(MessageOneofCase.Snapshot), second.Count(MessageOneofCase.Delta)));
    }

    [Fact]
    public async Task Sets_that_a_host_holds_are_not_sent_again()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Join(Yaml.Host("a", "10.0.0.1", "a"), Yaml.Host("b", "10.0.0.2", "b"), Yaml.Policy("a-to-b", "a", "b")));
        await using var first = await TestAgent.ConnectAsync(server.Channel(), B);
        await first.SyncAsync();
        await first.DisposeAsync();
        Assert.NotEmpty(first.Policy!.Sets);

        var revision = await server.AcceptAsync(Yaml.Policy("a-to-b", "a", "b", 99));
        await using var second = await TestAgent.ConnectAsync(server.Channel(), B, first.Policy);
        await second.SyncAsync(revision);
        var snapshot = second.Messages.Single(message => message.MessageCase == MessageOneofCase.Snapshot).Snapshot;
        Assert.NotEmpty(snapshot.Sets);
        Assert.All(snapshot.Sets, set => Assert.Null(set.Prefixes));

        await second.ResyncAsync();
        await Eventually.HoldsAsync(() => second.Count(MessageOneofCase.Snapshot) == 2, "a snapshot after the resync");
        Assert.All(second.Messages.Last(message => message.MessageCase == MessageOneofCase.Snapshot).Snapshot.Sets, set => Assert.NotNull(set.Prefixes));
    }

    [Fact]
    public async Task A_second_connection_of_a_host_takes_the_place_of_the_first()
    {
        await using var server = await TestServer.StartAsync();
        await using var first = await TestAgent.ConnectAsync(server.Channel(), A);
        await first.SyncAsync();
        await using var second = await TestAgent.ConnectAsync(server.Channel(), A);
        await second.SyncAsync();
        Assert.Equal(StatusCode.Aborted, (await first.EndAsync()).StatusCode);
        var report = (await server.Admin.StatusAsync(new() { Host = "a" })).Hosts.Single();
        Assert.True(report.Connected);
    }

    [Fact]
    public async Task A_deleted_host_is_let_go_and_registers_anew()
    {
        await using var server = await TestServer.StartAsync();
        await using var first = await TestAgent.ConnectAsync(server.Channel(), A);
        await first.SyncAsync();
        var request = new DeleteRequest();
        request.Keys.Add(new ResourceKey { Kind = "Host", Namespace = "default", Name = "a" });
        Assert.Equal(ChangeKind.Deleted, (await server.Admin.DeleteAsync(request)).Changes.Single().Kind);
        Assert.Equal(StatusCode.Aborted, (await first.EndAsync()).StatusCode);
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.Count == 0, "the deleted host is forgotten");
        await using var second = await TestAgent.ConnectAsync(server.Channel(), A);
        await second.SyncAsync();
        Assert.Single((await server.Admin.StatusAsync(new())).Hosts);
    }

    [Fact]
    public async Task Heartbeats_come_while_nothing_happens()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await Eventually.HoldsAsync(() => agent.Count(MessageOneofCase.Heartbeat) >= 4, "four heartbeats");
        Assert.Equal(1, agent.Count(MessageOneofCase.InSync));
    }

    [Fact]
    public async Task A_slow_host_gets_the_newest_policy_and_not_all_between()
    {
        await using var server = await TestServer.StartAsync();
        var many = Enumerable.Range(0, 12_000).Select(i => Cidr(i * 2));
        var facts = TestAgent.FactsOf("slow", "10.0.0.7", ("app", "slow"));
        // The stream is opened but not read, so that the transport's window fills up.
        using var call = new AgentService.AgentServiceClient(server.Channel()).Connect();
        await call.RequestStream.WriteAsync(new() { Hello = new() { Facts = Wire.HostFactsMapping.ToWire(facts) } });
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.Any(host => host.Connected), "the slow host connects");
        const int Rounds = 24;
        long newest = 0;
        for (var round = 0; round < Rounds; round++)
            newest = await server.AcceptAsync(Blocks(many.Skip(round % 2 * 6000).Take(6000), round));

        var policies = 0;
        var synced = 0L;
        while (synced < newest && await call.ResponseStream.MoveNext().WaitAsync(Eventually.Patience))
        {
            var message = call.ResponseStream.Current;
            policies += message.MessageCase is MessageOneofCase.Snapshot or MessageOneofCase.Delta ? 1 : 0;
            synced = message.InSync?.Revision ?? synced;
        }

        Assert.Equal(newest, synced);
        Assert.InRange(policies, 2, Rounds / 2);

        static string Cidr(int i) => $"172.{16 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}/32";
        static string Blocks(IEnumerable<string> cidrs, int round) => $$"""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: big, namespace: default}
            spec:
              podSelector:
                matchLabels: {app: slow}
              ingress:
              - ports: [{protocol: TCP, port: {{1000 + round}}}]
                from: [{{string.Join(", ", cidrs.Select(cidr => $"{{ipBlock: {{cidr: {cidr} }} }}"))}}]
            """;
    }

    [Fact]
    public async Task Stopping_ends_streams_at_once_and_says_why()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await agent.SyncAsync();
        using var watch = server.Admin.Watch(new());
        await server.RestartAsync();
        Assert.Equal(StatusCode.Unavailable, (await agent.EndAsync()).StatusCode);
    }
}
