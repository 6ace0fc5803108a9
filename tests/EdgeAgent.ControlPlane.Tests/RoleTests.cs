using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Who may call what: every call, every sort of caller.</summary>
public sealed class RoleTests
{
    private const string Stranger = "stranger", Host = "host", Forged = "forged bearer", Nobody = "certificate without role",
        ViewerThere = "viewer in shop", EditorThere = "editor in shop", AdminThere = "admin in shop", Viewer = "viewer", Editor = "editor", Admin = "admin";

    private static readonly string[] Everybody = [Stranger, Host, Forged, Nobody, ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin];

    /// <summary>For each call: who may make it about namespace default.</summary>
    private static readonly Dictionary<string, (Func<AdminService.AdminServiceClient, Task> Call, string[] May)> AdminCalls = new()
    {
        ["Apply"] = (client => client.ApplyAsync(TestServer.Request(Yaml.Host("x", null, "x"))).ResponseAsync, [Editor, Admin]),
        ["Diff"] = (client => client.DiffAsync(TestServer.Request(Yaml.Host("y1", null, "y1"))).ResponseAsync, [Editor, Admin]),
        ["Delete"] = (client => client.DeleteAsync(new() { Keys = { new ResourceKey { Kind = "Host", Namespace = "default", Name = "gone" } } }).ResponseAsync, [EditorThere, AdminThere, Editor, Admin]),
        ["Rollback"] = (client => client.RollbackAsync(new() { Revision = 1 }).ResponseAsync, [Editor, Admin]),
        ["Get"] = (client => client.GetAsync(new() { Key = new() { Kind = "Host", Namespace = "default", Name = "h" } }).ResponseAsync, [Viewer, Editor, Admin]),
        ["List"] = (client => client.ListAsync(new()).ResponseAsync, [ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin]),
        ["Watch"] = (client => FirstAsync(client.Watch(new() { FromRevision = 1 }).ResponseStream), [ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin]),
        ["Status"] = (client => client.StatusAsync(new()).ResponseAsync, [ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin]),
        ["StatusHistory"] = (client => client.StatusHistoryAsync(new() { Namespace = "default", Name = "h" }).ResponseAsync, [Viewer, Editor, Admin]),
        ["PolicyStatus"] = (client => client.PolicyStatusAsync(new()).ResponseAsync, [ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin]),
        ["Explain"] = (ExplainAsync, [Viewer, Editor, Admin]),
        ["History"] = (client => client.HistoryAsync(new()).ResponseAsync, [ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin]),
        ["Retry"] = (client => client.RetryAsync(new()).ResponseAsync, [EditorThere, AdminThere, Editor, Admin]),
        ["Quarantine"] = (client => client.QuarantineAsync(new() { Host = "default/h" }).ResponseAsync, [Editor, Admin]),
        ["Release"] = (client => client.ReleaseAsync(new() { Host = "default/h" }).ResponseAsync, [Editor, Admin]),
        ["ListClusters"] = (client => client.ListClustersAsync(new()).ResponseAsync, [Viewer, Editor, Admin]),
        ["VerifyAudit"] = (client => client.VerifyAuditAsync(new()).ResponseAsync, [Viewer, Editor, Admin]),
        ["ExportAudit"] = (client => FirstAsync(client.ExportAudit(new()).ResponseStream), [Viewer, Editor, Admin]),
        ["CreateToken"] = (client => client.CreateTokenAsync(new()).ResponseAsync, [Admin]),
        ["ListTokens"] = (client => client.ListTokensAsync(new()).ResponseAsync, [AdminThere, Admin]),
        ["RevokeToken"] = (client => client.RevokeTokenAsync(new() { Id = _tokenOfDefault }).ResponseAsync, [Admin]),
        ["RevokeHost"] = (client => client.RevokeHostAsync(new() { Host = "default/unknown" }).ResponseAsync, [Admin]),
        ["ListAuthorities"] = (client => client.ListAuthoritiesAsync(new()).ResponseAsync, [ViewerThere, EditorThere, AdminThere, Viewer, Editor, Admin]),
        ["OrderAuthority"] = (client => client.OrderAuthorityAsync(new()).ResponseAsync, [Admin]),
        ["CreateUser"] = (client => client.CreateUserAsync(new() { Name = $"u{Guid.NewGuid():N}", Grants = { new RoleGrant { Role = Role.Viewer } } }).ResponseAsync, [Admin]),
        ["GrantRole"] = (client => client.GrantRoleAsync(new() { Name = "unknown", Grant = new() { Role = Role.Admin } }).ResponseAsync, [Admin]),
        ["ListUsers"] = (client => client.ListUsersAsync(new()).ResponseAsync, [Admin]),
        ["DeleteUser"] = (client => client.DeleteUserAsync(new() { Name = "unknown" }).ResponseAsync, [Admin]),
    };

    private static string _tokenOfDefault = "";

    [Fact]
    public async Task Every_call_of_the_administration_is_for_those_with_the_role_and_nobody_else()
    {
        Assert.Equal(AdminService.Descriptor.Methods.Select(method => method.Name).Order(), AdminCalls.Keys.Order());
        await using var server = await StartSecureAsync();
        var callers = await PrepareAsync(server);
        foreach (var (name, (call, may)) in AdminCalls)
        {
            foreach (var who in Everybody)
            {
                var end = await EndAsync(() => call(callers[who]));
                var isRefused = end is StatusCode.PermissionDenied or StatusCode.Unauthenticated;
                Assert.True(isRefused == !may.Contains(who), $"{who}: {name} ended with {end}");
                if (who is Stranger or Forged)
                    Assert.Equal(StatusCode.Unauthenticated, end);
            }
        }
    }

    [Fact]
    public async Task Every_call_of_agents_is_for_that_host_or_for_a_token()
    {
        Assert.Equal(["Authorities", "Connect", "Enrol", "Renew"], AgentService.Descriptor.Methods.Select(method => method.Name).Order());
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var certificate = await EnrolAsync(server, admin, "h");
        using var administrator = Administrator(server);
        foreach (var (who, caller) in new[] { ("stranger", null), ("administrator", administrator) })
        {
            var client = new AgentService.AgentServiceClient(Secure(server, caller));
            Assert.True(await EndAsync(() => client.RenewAsync(new()).ResponseAsync) is StatusCode.Unauthenticated or StatusCode.PermissionDenied, who);
            Assert.Equal(StatusCode.InvalidArgument, await EndAsync(() => client.EnrolAsync(new()).ResponseAsync));
            await using var agent = await TestAgent.ConnectAsync(Secure(server, caller), TestAgent.FactsOf("h", "10.0.0.1"));
            Assert.True((await agent.EndAsync()).StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied, who);
        }

        // A host gets its own policy and no other's, and says its own status and no other's.
        await using var other = await TestAgent.ConnectAsync(Secure(server, certificate), TestAgent.FactsOf("other", "10.0.0.1"));
        Assert.Equal(StatusCode.PermissionDenied, (await other.EndAsync()).StatusCode);
        await using var own = await TestAgent.ConnectAsync(Secure(server, certificate), TestAgent.FactsOf("h", "10.0.0.1"));
        await own.SyncAsync();
        await own.SendAsync(new() { Status = Wire.HostStatusMapping.ToWire(new() { Namespace = "default", Name = "other", At = DateTimeOffset.UtcNow, State = Contracts.HostState.Realized }) });
        Assert.Equal(StatusCode.PermissionDenied, (await own.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task A_namespaces_editor_changes_what_stays_in_it_and_nothing_else()
    {
        await using var server = await StartSecureAsync();
        var editor = (await PrepareAsync(server))[EditorThere];
        var admin = AdminOf(server);
        string[] may =
        [
            InShop(Yaml.Policy("own", "a", "b")), InShop(Yaml.Host("own", null, "a")),
            Bookend("own", "selector: all()", "selector: all()"),
        ];
        string[] mayNot =
        [
            Yaml.Policy("other", "a", "b"), Yaml.Host("other", null, "a"), Yaml.Annotation,
            Yaml.Join(InShop(Yaml.Policy("both", "a", "b")), Yaml.Policy("both", "a", "b")),
            "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: g}, spec: {selector: all()}}",
            "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: t}, spec: {order: 5}}",
            Bookend("from-elsewhere", "namespaceSelector: all()", "selector: all()"),
            Bookend("to-elsewhere", "selector: all()", "namespaceSelector: all()"),
            Bookend("to-blocks", "selector: all()", "cidrs: [10.0.0.0/8]"),
        ];
        foreach (var yaml in may)
            Assert.True((await editor.ApplyAsync(TestServer.Request(yaml))).Accepted, yaml);
        var revision = (await admin.StatusAsync(new())).Revision;
        foreach (var yaml in mayNot)
            Assert.Equal(StatusCode.PermissionDenied, await EndAsync(() => editor.ApplyAsync(TestServer.Request(yaml)).ResponseAsync));
        Assert.Equal(StatusCode.PermissionDenied, await EndAsync(() => editor.DeleteAsync(new() { Keys = { new ResourceKey { Kind = "Host", Namespace = "default", Name = "h" } } }).ResponseAsync));
        Assert.Equal(revision, (await admin.StatusAsync(new())).Revision);

        // Going back is a change like any other: of what the role is for.
        Assert.Equal(StatusCode.PermissionDenied, await EndAsync(() => editor.RollbackAsync(new() { Revision = 0 }).ResponseAsync));
        Assert.True((await editor.RollbackAsync(new() { Revision = revision - 1 })).Accepted);
        Assert.All((await editor.ListAsync(new())).Resources, resource => Assert.Equal("shop", resource.Key.Namespace));
        Assert.All((await editor.HistoryAsync(new())).Revisions.SelectMany(entry => entry.Changes), change => Assert.Equal("shop", change.Key.Namespace));
        Assert.Equal(EditorThere.Replace(' ', '-'), (await admin.HistoryAsync(new() { Limit = 1 })).Revisions.Single().Author);
    }

    [Fact]
    public async Task A_namespaces_admin_lets_hosts_into_it_but_grants_no_addresses()
    {
        await using var server = await StartSecureAsync();
        var admin = (await PrepareAsync(server))[AdminThere];
        var token = await admin.CreateTokenAsync(new() { Namespace = "shop", Name = "a" });
        await RefusedAsync(StatusCode.PermissionDenied, () => admin.CreateTokenAsync(new() { Namespace = "shop", Cidrs = { "10.0.0.0/8" } }));
        Assert.Equal(token.Id, (await admin.ListTokensAsync(new())).Tokens.Single().Id);
        await admin.RevokeTokenAsync(new() { Id = token.Id });
    }

    [Fact]
    public async Task A_person_loses_the_role_and_the_token_from_the_next_call_on()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        var created = await admin.CreateUserAsync(new() { Name = "ada", Grants = { new RoleGrant { Role = Role.Viewer } } });
        var ada = Bearing(server, created.Token);
        await ada.StatusAsync(new());
        await admin.GrantRoleAsync(new() { Name = "ada", Grant = new() { Role = Role.Unspecified } });
        await RefusedAsync(StatusCode.PermissionDenied, () => ada.StatusAsync(new()));
        await admin.GrantRoleAsync(new() { Name = "ada", Grant = new() { Role = Role.Editor, Namespace = "shop" } });
        Assert.True((await ada.ApplyAsync(TestServer.Request(InShop(Yaml.Host("own", null, "a"))))).Accepted);
        Assert.Equal(["ada"], (await admin.ListUsersAsync(new())).Users.Select(user => user.Name));
        await RefusedAsync(StatusCode.AlreadyExists, () => admin.CreateUserAsync(new() { Name = "ada" }));
        await admin.DeleteUserAsync(new() { Name = "ada" });
        await RefusedAsync(StatusCode.Unauthenticated, () => ada.StatusAsync(new()));

        var brief = await admin.CreateUserAsync(new() { Name = "brief", TimeToLive = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)), Grants = { new RoleGrant { Role = Role.Viewer } } });
        await Task.Delay(10);
        Assert.Contains("expired", (await RefusedAsync(StatusCode.Unauthenticated, () => Bearing(server, brief.Token).StatusAsync(new()))).Detail, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(server.DataDirectory, "edgecontrol.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.DoesNotContain(created.Token["edgeuser1.".Length..], System.Text.Encoding.Latin1.GetString(copy.ToArray()), StringComparison.Ordinal);
        }
    }

    private static string InShop(string yaml) => yaml.Replace("namespace: default", "namespace: shop", StringComparison.Ordinal);

    private static string Bookend(string name, string from, string to) =>
        $"{{apiVersion: edgeagent.io/v1, kind: BookendPolicy, metadata: {{name: {name}, namespace: shop}}, spec: {{from: [{{{from}}}], to: [{{{to}}}]}}}}";

    private static async Task<Dictionary<string, AdminService.AdminServiceClient>> PrepareAsync(TestServer server)
    {
        var admin = AdminOf(server);
        await admin.ApplyAsync(TestServer.Request(Yaml.Host("h", "10.0.0.1", "h")));
        await admin.ApplyAsync(TestServer.Request(InShop(Yaml.Host("s", "10.0.0.2", "s"))));
        _tokenOfDefault = (await admin.CreateTokenAsync(new())).Id;
        using var host = await EnrolAsync(server, admin, "h");
        using var authority = AuthorityFile.LoadOrCreate(server.DataDirectory, DateTimeOffset.UtcNow).Issuing;
        using var key = CertificateAuthority.NewKey();
        using var issued = authority.IssueClient(new PublicKey(key), "spiffe://cluster.local/user/nobody", CertificateAuthority.NewSerial(), DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        using var nobody = issued.CopyWithPrivateKey(key);
        var callers = new Dictionary<string, AdminService.AdminServiceClient>
        {
            [Stranger] = new(Secure(server, null)),
            [Host] = new(Secure(server, host)),
            [Nobody] = new(Secure(server, nobody)),
            [Forged] = Bearing(server, "edgeuser1." + new string('A', 43)),
        };
        foreach (var (who, role, ns) in new[] { (ViewerThere, Role.Viewer, "shop"), (EditorThere, Role.Editor, "shop"), (AdminThere, Role.Admin, "shop"), (Viewer, Role.Viewer, ""), (Editor, Role.Editor, ""), (Admin, Role.Admin, "") })
        {
            var created = await admin.CreateUserAsync(new() { Name = who.Replace(' ', '-'), Grants = { new RoleGrant { Role = role, Namespace = ns } } });
            callers[who] = Bearing(server, created.Token);
        }

        return callers;
    }

    private static AdminService.AdminServiceClient Bearing(TestServer server, string token) => new(Secure(server, null).Intercept(metadata =>
    {
        metadata.Add("authorization", $"Bearer {token}");
        return metadata;
    }));

    private static async Task FirstAsync<T>(IAsyncStreamReader<T> stream) => Assert.True(await stream.MoveNext(CancellationToken.None).WaitAsync(Eventually.Patience));

    private static async Task ExplainAsync(AdminService.AdminServiceClient client)
    {
        using var call = client.Explain();
        try
        {
            await call.RequestStream.WriteAsync(new() { From = "default/h", To = "shop/s", Protocol = "TCP", Port = 80 });
        }
        catch (RpcException)
        {
            // Refused before the write was done: reading tells with what status.
        }

        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
    }

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
