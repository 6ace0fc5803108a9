using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class ApplyTests
{
    private static readonly string World = Yaml.Join(
        Yaml.Host("a", "10.0.0.1", "a"), Yaml.Host("b", "10.0.0.2", "b"), Yaml.Host("c", "10.0.0.3", "c"), Yaml.Policy("a-to-b", "a", "b"));

    [Fact]
    public async Task A_change_is_one_revision_and_an_equal_one_is_none()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.ApplyAsync(World, "why not");
        Assert.True(first.Accepted);
        Assert.Equal(1, first.Revision);
        Assert.Equal(4, first.Changes.Count(change => change.Kind == ChangeKind.Created));
        Assert.Equal(3, first.HostsTouched);

        var again = await server.ApplyAsync(World);
        Assert.Equal((true, 1L, 0), (again.Accepted, again.Revision, again.HostsTouched));
        Assert.All(again.Changes, change => Assert.Equal(ChangeKind.Unchanged, change.Kind));

        var changed = await server.ApplyAsync(Yaml.Join(Yaml.Host("a", "10.0.0.1", "a"), Yaml.Policy("a-to-b", "a", "b", 9081)));
        Assert.Equal(2, changed.Revision);
        Assert.Equal([ChangeKind.Unchanged, ChangeKind.Changed], changed.Changes.Select(change => change.Kind));
        Assert.Equal(2, changed.HostsTouched);

        var history = await server.Admin.HistoryAsync(new());
        Assert.Equal([2L, 1L], history.Revisions.Select(entry => entry.Revision));
        Assert.Equal(("tester", "why not"), (history.Revisions[1].Author, history.Revisions[1].Note));
        Assert.Single(history.Revisions[0].Changes);
        Assert.Equal(1, (await server.Admin.HistoryAsync(new() { Before = 2, Limit = 5 })).Revisions.Single().Revision);
    }

    [Fact]
    public async Task A_diff_stores_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var diff = await server.Admin.DiffAsync(TestServer.Request(World));
        Assert.True(diff.Accepted);
        Assert.Equal(0, diff.Revision);
        Assert.Equal(4, diff.Changes.Count(change => change.Kind == ChangeKind.Created));
        Assert.Equal(3, diff.HostsTouched);
        Assert.Empty((await server.Admin.HistoryAsync(new())).Revisions);
        Assert.Empty((await server.Admin.ListAsync(new())).Resources);
    }

    [Fact]
    public async Task A_diff_says_which_flows_would_have_another_verdict()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(World);
        var diff = await server.Admin.DiffAsync(TestServer.Request(Yaml.Policy("a-to-b", "a", "b", 9081)));
        Assert.Equal([(true, "TCP/9081"), (false, "TCP/9080")], diff.Flows.Select(flow => (flow.Allowed, flow.Traffic)));
        Assert.All(diff.Flows, flow => Assert.Equal(("a", "b"), (flow.Sources.Single().FirstHosts.Single().Name, flow.Destinations.Single().FirstHosts.Single().Name)));
        Assert.Empty((await server.Admin.DiffAsync(TestServer.Request(World))).Flows);
    }

    [Theory]
    [InlineData("spec: [", "test.yaml")]
    [InlineData("apiVersion: v1\nkind: Pot\nmetadata: {name: x}\n", "Pot")]
    [InlineData("apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: x}\nspec: {adresses: []}\n", "adresses")]
    [InlineData("apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: x}\nspec: {addresses: [10.0.0.300]}\n", "10.0.0.300")]
    public async Task A_bad_document_refuses_the_whole_apply_with_its_place(string bad, string named)
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Host("z", "10.0.0.9", "z"));
        var response = await server.ApplyAsync(Yaml.Join(World, bad));
        Assert.False(response.Accepted);
        Assert.Equal(1, response.Revision);
        var error = Assert.Single(response.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        Assert.Equal("test.yaml", error.File);
        Assert.True(error.Line > World.Count(c => c == '\n') && error.Column > 0, error.ToString());
        Assert.Contains(named, $"{error.File} {error.Message}", StringComparison.Ordinal);
        Assert.Single((await server.Admin.ListAsync(new())).Resources);
    }

    [Fact]
    public async Task Documents_that_clash_with_what_is_there_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(World);
        var response = await server.ApplyAsync(Yaml.Host("d", "10.0.0.2", "d"));
        Assert.False(response.Accepted);
        Assert.Contains("10.0.0.2", response.Diagnostics.Single().Message, StringComparison.Ordinal);
        Assert.True(response.Diagnostics.Single().Line > 0);
        Assert.Equal(1, response.Revision);
    }

    [Fact]
    public async Task A_policy_that_selects_nothing_keeps_its_warning()
    {
        await using var server = await TestServer.StartAsync();
        var response = await server.ApplyAsync(Yaml.Policy("nobody", "a", "b"));
        Assert.True(response.Accepted);
        Assert.Contains(response.Diagnostics, diagnostic => diagnostic.Severity == Severity.Warning && diagnostic.Message.Contains("selects no", StringComparison.Ordinal));
        var key = new ResourceKey { Kind = "NetworkPolicy", Namespace = "default", Name = "nobody" };
        Assert.Single((await server.Admin.GetAsync(new() { Key = key })).Warnings);
        await server.AcceptAsync(World);
        Assert.Empty((await server.Admin.GetAsync(new() { Key = key })).Warnings);
    }

    [Fact]
    public async Task Get_gives_the_document_as_it_was_applied_and_list_narrows()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(World);
        await server.AcceptAsync(Yaml.Annotation);
        var policy = await server.Admin.GetAsync(new() { Key = new() { Kind = "NetworkPolicy", Group = "networking.k8s.io", Namespace = "default", Name = "a-to-b" } });
        Assert.Equal(Yaml.Policy("a-to-b", "a", "b"), policy.Yaml.Trim());
        Assert.Equal(1, policy.Revision);
        var hosts = await server.Admin.ListAsync(new() { Kind = "Host" });
        Assert.Equal(["a", "b", "c"], hosts.Resources.Select(resource => resource.Key.Name));
        Assert.Equal(2, hosts.Revision);
        Assert.Equal(5, (await server.Admin.ListAsync(new())).Resources.Count);
        Assert.Equal(4, (await server.Admin.ListAsync(new() { Namespace = "default" })).Resources.Count);
        var missing = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.GetAsync(new() { Key = new() { Kind = "Host", Namespace = "default", Name = "nope" } }));
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Delete_takes_documents_and_keys_and_warns_of_what_is_not_there()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(World);
        var request = new DeleteRequest { Author = "tester" };
        request.Documents.Add(TestServer.Request(Yaml.Policy("a-to-b", "a", "b")).Documents);
        request.Keys.Add(new ResourceKey { Kind = "Host", Namespace = "default", Name = "c" });
        var response = await server.Admin.DeleteAsync(request);
        Assert.Equal((true, 2L), (response.Accepted, response.Revision));
        Assert.Equal(["a", "b"], (await server.Admin.ListAsync(new())).Resources.Select(resource => resource.Key.Name));
        var again = await server.Admin.DeleteAsync(request);
        Assert.Equal((true, 2L, 2), (again.Accepted, again.Revision, again.Diagnostics.Count));
    }

    [Fact]
    public async Task Rollback_is_a_new_revision_with_the_old_documents()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(World);
        await server.AcceptAsync(Yaml.Join(Yaml.Policy("a-to-b", "a", "b", 1234), Yaml.Host("d", "10.0.0.4", "d")));
        var request = new DeleteRequest();
        request.Keys.Add(new ResourceKey { Kind = "Host", Namespace = "default", Name = "c" });
        await server.Admin.DeleteAsync(request);

        var response = await server.Admin.RollbackAsync(new() { Revision = 1, Author = "tester" });
        Assert.Equal((true, 4L), (response.Accepted, response.Revision));
        var all = await server.Admin.ListAsync(new());
        Assert.Equal(["a", "a-to-b", "b", "c"], all.Resources.Select(resource => resource.Key.Name));
        Assert.Contains("port: 9080", all.Resources[1].Yaml, StringComparison.Ordinal);
        Assert.Equal("rollback to revision 1", (await server.Admin.HistoryAsync(new() { Limit = 1 })).Revisions.Single().Note);

        await server.Admin.RollbackAsync(new() { Revision = 0 });
        Assert.Empty((await server.Admin.ListAsync(new())).Resources);
        var bad = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.RollbackAsync(new() { Revision = 99 }));
        Assert.Equal(StatusCode.NotFound, bad.StatusCode);
    }

    [Fact]
    public async Task Watch_sends_what_was_and_what_comes()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Host("a", "10.0.0.1", "a"));
        using var watch = server.Admin.Watch(new() { FromRevision = 1 });
        Assert.True(await watch.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
        Assert.Equal(1, watch.ResponseStream.Current.Revision);
        await server.AcceptAsync(Yaml.Host("b", "10.0.0.2", "b"), "second");
        Assert.True(await watch.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
        Assert.Equal((2L, "second"), (watch.ResponseStream.Current.Revision, watch.ResponseStream.Current.Note));
    }

    [Fact]
    public async Task Explain_answers_in_order_and_says_what_it_cannot_answer()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(World);
        using var call = server.Admin.Explain();
        var probes = new (string From, string To, string Protocol, uint Port)[]
        {
            ("default/a", "default/b", "TCP", 9080), ("default/c", "default/b", "TCP", 9080), ("default/a", "10.0.0.2", "tcp", 80), ("default/x", "default/b", "TCP", 1), ("default/a", "default/b", "TPC", 1),
        };
        var answers = new List<ExplainResponse>();
        foreach (var (from, to, protocol, port) in probes)
        {
            await call.RequestStream.WriteAsync(new() { From = from, To = to, Protocol = protocol, Port = port });
            Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
            answers.Add(call.ResponseStream.Current);
        }

        Assert.Equal([Decision.Allow, Decision.Deny, Decision.Deny, Decision.Unspecified, Decision.Unspecified], answers.Select(answer => answer.Verdict));
        Assert.Equal(("NetworkPolicy default/a-to-b", "ingress[0]"), (answers[0].Ingress.Policy, answers[0].Ingress.Rule));
        Assert.Equal(("NetworkPolicy default/a-to-b", ""), (answers[1].Ingress.Policy, answers[1].Ingress.Rule));
        Assert.NotEmpty(answers[1].Ingress.Others);
        Assert.Contains("default/x", answers[3].Error, StringComparison.Ordinal);
        Assert.Contains("TPC", answers[4].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_bytes_are_refused_and_the_server_goes_on()
    {
        await using var server = await TestServer.StartAsync();
        var big = await Assert.ThrowsAsync<RpcException>(() => server.ApplyAsync(new string('#', 4 * 1024 * 1024 + 1)));
        Assert.Equal(StatusCode.ResourceExhausted, big.StatusCode);
        var huge = await Assert.ThrowsAsync<RpcException>(() => server.ApplyAsync(new string('#', 8 * 1024 * 1024)));
        Assert.Equal(StatusCode.ResourceExhausted, huge.StatusCode);
        await server.AcceptAsync(World);
    }
}
