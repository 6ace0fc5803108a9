using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Who may prepare changes, and let them loose.</summary>
public sealed class RolloutRoleTests
{
    private static readonly (string Name, Role Role, string Namespace)[] People =
        [("viewer-there", Role.Viewer, "shop"), ("editor-there", Role.Editor, "shop"), ("admin-there", Role.Admin, "shop"), ("viewer", Role.Viewer, ""), ("editor", Role.Editor, ""), ("admin", Role.Admin, "")];

    /// <summary>For each call: who may make it about a draft or a rollout in namespace default.</summary>
    private static readonly Dictionary<string, (Func<RolloutService.RolloutServiceClient, Task> Call, string[] May)> Calls = new()
    {
        ["SaveDraft"] = (client => SaveAsync(client, "default"), ["editor", "admin"]),
        ["ListDrafts"] = (client => client.ListDraftsAsync(new()).ResponseAsync, ["viewer-there", "editor-there", "admin-there", "viewer", "editor", "admin"]),
        ["GetDraft"] = (client => client.GetDraftAsync(new() { Name = "d" }).ResponseAsync, ["viewer", "editor", "admin"]),
        ["PreviewDraft"] = (client => client.PreviewDraftAsync(new() { Name = "d" }).ResponseAsync, ["viewer", "editor", "admin"]),
        ["DiscardDraft"] = (client => client.DiscardDraftAsync(new() { Name = "d" }).ResponseAsync, ["editor", "admin"]),
        ["CommitDraft"] = (client => client.CommitDraftAsync(new() { Name = "d", Waves = "100%", Soak = Duration.FromTimeSpan(TimeSpan.FromHours(1)) }).ResponseAsync, ["editor", "admin"]),
        ["OrderRollout"] = (client => client.OrderRolloutAsync(new() { Order = RolloutOrder.Abort }).ResponseAsync, ["editor", "admin"]),
        ["WatchRollout"] = (client => WatchAsync(client), ["viewer-there", "editor-there", "admin-there", "viewer", "editor", "admin"]),
    };

    private static int _port = 1;

    [Fact]
    public async Task Every_call_is_for_those_with_the_role_and_nobody_else()
    {
        Assert.Equal(RolloutService.Descriptor.Methods.Select(method => method.Name).Order(), Calls.Keys.Order());
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var administrator = Administrator(server);
        var prepare = new RolloutService.RolloutServiceClient(Secure(server, administrator));
        await admin.ApplyAsync(TestServer.Request(Yaml.Join(Yaml.Host("h", "10.0.0.1", "h"), Yaml.Policy("p", "h", "h"))));
        using var host = await EnrolAsync(server, admin, "h");
        var callers = new List<(string Who, CallInvoker Calls)> { ("stranger", Secure(server, null).CreateCallInvoker()), ("host", Secure(server, host).CreateCallInvoker()) };
        foreach (var (name, role, ns) in People)
            callers.Add((name, Bearing(server, (await admin.CreateUserAsync(new() { Name = name, Grants = { new RoleGrant { Role = role, Namespace = ns } } })).Token)));

        foreach (var (name, (call, may)) in Calls)
        {
            foreach (var (who, calls) in callers)
            {
                await EndAsync(() => prepare.OrderRolloutAsync(new() { Order = RolloutOrder.Abort }).ResponseAsync);
                await SaveAsync(prepare, "default");
                if (name is "OrderRollout" or "WatchRollout")
                    await prepare.CommitDraftAsync(new() { Name = "d", Waves = "100%", Soak = Duration.FromTimeSpan(TimeSpan.FromHours(1)) });
                var end = await EndAsync(() => call(new(calls)));
                Assert.True(end == StatusCode.OK == may.Contains(who), $"{who}: {name} ended with {end}");
                if (who == "stranger")
                    Assert.Equal(StatusCode.Unauthenticated, end);
            }
        }
    }

    [Fact]
    public async Task A_namespaces_editor_prepares_and_commits_what_stays_in_it()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        await admin.ApplyAsync(TestServer.Request("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"));
        var token = (await admin.CreateUserAsync(new() { Name = "ada", Grants = { new RoleGrant { Role = Role.Editor, Namespace = "shop" } } })).Token;
        var ada = new RolloutService.RolloutServiceClient(Bearing(server, token));
        await SaveAsync(ada, "shop");
        Assert.Equal("ada", (await ada.ListDraftsAsync(new())).Drafts.Single().Author);
        var committed = await ada.CommitDraftAsync(new() { Waves = "100%", Soak = Duration.FromTimeSpan(TimeSpan.FromHours(1)), Author = "somebody else" });
        Assert.Equal("ada", (await ada.OrderRolloutAsync(new() { Order = RolloutOrder.Abort })).Author);
        Assert.True(committed.Rollout > 0);
    }

    private static async Task SaveAsync(RolloutService.RolloutServiceClient client, string ns)
    {
        var request = new SaveDraftRequest { Name = "d" };
        var yaml = Yaml.Policy("p", "h", "h", ++_port).Replace("namespace: default", $"namespace: {ns}", StringComparison.Ordinal);
        request.Documents.Add(new Document { Name = "d.yaml", Content = ByteString.CopyFromUtf8(yaml) });
        Assert.True((await client.SaveDraftAsync(request)).Result.Accepted);
    }

    private static async Task WatchAsync(RolloutService.RolloutServiceClient client)
    {
        using var call = client.WatchRollout(new());
        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
    }

    private static CallInvoker Bearing(TestServer server, string token) => Secure(server, null).Intercept(metadata =>
    {
        metadata.Add("authorization", $"Bearer {token}");
        return metadata;
    });

    private static async Task<StatusCode> EndAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
