using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_host_registers_itself_for_good()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Policy("a-to-b", "a", "b"));
        var facts = TestAgent.FactsOf("a", "10.0.0.1", ("app", "a")) with { Ports = [new("http", IpProtocol.Tcp, 8080)], Addresses = [IpAddress.Parse("10.0.0.1"), IpAddress.Parse("fd00::1"), IpAddress.Parse("127.0.0.1"), IpAddress.Parse("fe80::1")] };
        await using (var agent = await TestAgent.ConnectAsync(server.Channel(), facts))
            await agent.SyncAsync(2);

        await using var other = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("b", "10.0.0.2", ("app", "b")));
        await other.SyncAsync(3);
        Assert.Contains(other.Policy!.Sets.Values, set => set.Contains(IpAddress.Parse("10.0.0.1")) && set.Contains(IpAddress.Parse("fd00::1")));
        await other.DisposeAsync();

        await server.RestartAsync();
        var host = await server.Admin.GetAsync(new() { Key = new() { Kind = "Host", Namespace = "default", Name = "a" } });
        Assert.Equal(2, host.Revision);
        Assert.Contains("\"fd00::1\"", host.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", host.Yaml, StringComparison.Ordinal);
        await using var again = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("b", "10.0.0.2", ("app", "b")), other.Policy);
        await again.SyncAsync();
        Assert.Equal(0, again.Count(ServerMessage.MessageOneofCase.Snapshot));
        Assert.Equal(3, again.SyncedRevision);
        var entry = (await server.Admin.HistoryAsync(new() { Limit = 1 })).Revisions.Single();
        Assert.Equal(("host default/b", "registered itself"), (entry.Author, entry.Note));
    }

    [Fact]
    public async Task What_is_declared_wins_over_what_a_host_says()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Join(Yaml.Host("a", "10.0.0.1", "declared"), Yaml.Host("b", null, "declared"), Yaml.Policy("p", "declared", "guard"), Yaml.Host("g", "10.0.0.9", "guard")));
        await using var liar = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.6.6.6", ("app", "guard")));
        await liar.SyncAsync(1);
        Assert.Equal(1, liar.SyncedRevision);

        // A document without addresses leaves them to the host, and nothing else.
        await using var honest = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("b", "10.0.0.2", ("app", "guard")));
        await honest.SyncAsync(2);
        await using var guard = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("g", "10.0.0.9"));
        await guard.SyncAsync(2);
        Assert.True(Holds(guard, "10.0.0.1") && Holds(guard, "10.0.0.2"));
        Assert.False(Holds(guard, "10.6.6.6"));
        Assert.DoesNotContain("guard", (await server.Admin.GetAsync(new() { Key = new() { Kind = "Host", Namespace = "default", Name = "b" } })).Yaml, StringComparison.Ordinal);

        // A document takes the place of a registration as well, and its removal with the host's own words ends both.
        await using var self = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("s", "10.0.0.5", ("app", "declared")));
        await self.SyncAsync(3);
        await Eventually.HoldsAsync(() => Holds(guard, "10.0.0.5"), "the registered host is allowed");
        await guard.SyncAsync(await server.AcceptAsync(Yaml.Host("s", "10.0.0.55", "declared")));
        Assert.True(Holds(guard, "10.0.0.55") && !Holds(guard, "10.0.0.5"));

        static bool Holds(TestAgent agent, string address) => agent.Policy!.Sets.Values.Any(set => set.Contains(IpAddress.Parse(address)));
    }

    [Fact]
    public async Task Two_hosts_with_one_address_the_second_is_refused_and_shown()
    {
        await using var server = await TestServer.StartAsync();
        await using var first = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("first", "10.0.0.1"));
        await first.SyncAsync();
        await using var second = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("second", "10.0.0.1"));
        var end = await second.EndAsync();
        Assert.Equal(StatusCode.FailedPrecondition, end.StatusCode);
        Assert.Contains("10.0.0.1", end.Detail, StringComparison.Ordinal);
        Assert.Contains("default/first", end.Detail, StringComparison.Ordinal);
        var shown = (await server.Admin.StatusAsync(new() { Host = "default/second" })).Hosts.Single();
        Assert.Equal((Wire.V1.HostState.Failed, false), (shown.Status.State, shown.Connected));
        Assert.Contains("default/first", shown.Status.Reason, StringComparison.Ordinal);
        Assert.Null(first.End);
        Assert.Single((await server.Admin.ListAsync(new() { Kind = "Host" })).Resources);
    }

    [Theory]
    [InlineData("Bad_Name", "10.0.0.1", "app", "a")]
    [InlineData("x\"\n  labels: {app: admin}", "10.0.0.1", "app", "a")]
    [InlineData("good", "10.0.0.1", "bad key!", "a")]
    [InlineData("good", "10.0.0.1", "app", "bad\"value")]
    public async Task What_is_no_host_is_refused(string name, string address, string key, string value)
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf(name, address, (key, value)));
        Assert.Equal(StatusCode.FailedPrecondition, (await agent.EndAsync()).StatusCode);
        Assert.Empty((await server.Admin.ListAsync(new())).Resources);
    }

    [Fact]
    public async Task Many_hosts_at_once_share_revisions_and_only_the_clashing_ones_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        var channel = server.Channel();
        var agents = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => TestAgent.ConnectAsync(channel, TestAgent.FactsOf($"h{i}", $"10.1.0.{i % 190}", ("app", "h")))));
        await Eventually.HoldsAsync(() => agents.All(agent => agent.End is not null || agent.SyncedRevision >= 0), "every host is let in or refused");
        Assert.Equal(10, agents.Count(agent => agent.End is { StatusCode: StatusCode.FailedPrecondition }));
        var status = await server.Admin.StatusAsync(new());
        Assert.Equal((200, 190), (status.Hosts.Count, status.Hosts.Count(host => host.Connected)));
        Assert.True(status.Revision < 190, $"{status.Revision} revisions for 190 hosts");
        foreach (var agent in agents)
            await agent.DisposeAsync();
    }

    [Fact]
    public async Task A_thousand_hosts_register_and_all_get_the_next_change()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Policy("guarded", "app-0", "app-1"));
        var channels = Enumerable.Range(0, 10).Select(_ => server.Channel()).ToArray();
        var agents = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i =>
            TestAgent.ConnectAsync(channels[i % 10], TestAgent.FactsOf($"h{i}", $"10.2.{i / 250}.{i % 250}", ("app", $"app-{i % 5}")))));
        await Task.WhenAll(agents.Select(agent => agent.SyncAsync()));
        var revision = await server.AcceptAsync(Yaml.Policy("guarded", "app-2", "app-1"));
        await Task.WhenAll(agents.Select(agent => agent.SyncAsync(revision)));
        Assert.All(agents.Where((_, i) => i % 5 == 1), agent => Assert.Contains(agent.Policy!.Sets.Values, set => set.Prefixes.Count > 0 && set.Contains(IpAddress.Parse("10.2.0.2"))));
        Assert.All(agents, agent => Assert.Equal(1, agent.Count(ServerMessage.MessageOneofCase.Snapshot)));
        await Task.WhenAll(agents.Select(agent => agent.ReportAsync()));
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.All(host => host.Status.State == Wire.V1.HostState.Realized), "all hosts realize the change");
        foreach (var agent in agents)
            await agent.DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_moves_registers_its_new_address()
    {
        await using var server = await TestServer.StartAsync();
        await using (var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1")))
            await agent.SyncAsync(1);
        await using (var same = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1")))
            await same.SyncAsync();
        Assert.Single((await server.Admin.HistoryAsync(new())).Revisions);
        await using var moved = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.2"));
        await moved.SyncAsync(2);
        await using var next = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("b", "10.0.0.1"));
        await next.SyncAsync(3);
    }

    [Fact]
    public async Task Rollback_leaves_registered_hosts()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync(1);
        await server.AcceptAsync(Yaml.Host("a", "10.0.0.1", "a"));
        await server.Admin.RollbackAsync(new() { Revision = 0 });
        await agent.SyncAsync(3);
        Assert.Null(agent.End);
        Assert.Single((await server.Admin.ListAsync(new())).Resources);
    }
}
