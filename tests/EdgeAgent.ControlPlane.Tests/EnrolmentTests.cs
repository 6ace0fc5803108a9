using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task A_token_fixes_what_the_host_is_and_the_host_cannot_add_to_it()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var certificate = await EnrolAsync(server, admin, "a", token =>
        {
            token.Namespace = "shop";
            token.Labels["app"] = "a";
            token.Cidrs.Add("10.0.0.0/24");
        });
        var facts = TestAgent.FactsOf("a", "10.0.0.1", ("app", "guard"), ("extra", "x")) with
        {
            Namespace = "shop",
            Addresses = [IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.6.6.6"), IpAddress.Parse("127.0.0.1")],
        };
        await using var agent = await TestAgent.ConnectAsync(Secure(server, certificate), facts);
        await agent.SyncAsync(1);
        var host = await admin.GetAsync(new() { Key = new() { Kind = "Host", Namespace = "shop", Name = "a" } });
        Assert.Contains("\"app\": \"a\"", host.Yaml, StringComparison.Ordinal);
        Assert.Contains("addresses: [\"10.0.0.1\"]", host.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("extra", host.Yaml, StringComparison.Ordinal);
        var shown = (await admin.StatusAsync(new() { Host = "shop/a" })).Hosts.Single().RefusedClaims;
        Assert.Equal(3, shown.Count);
        Assert.Contains(shown, claim => claim.StartsWith("label app=guard", StringComparison.Ordinal));
        Assert.Contains(shown, claim => claim.StartsWith("label extra=x", StringComparison.Ordinal));
        Assert.Contains(shown, claim => claim.StartsWith("address 10.6.6.6", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_another_host_has_does_not_count_and_the_host_is_served_all_the_same()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        await admin.ApplyAsync(TestServer.Request(Yaml.Host("first", "10.0.0.1", "first")));
        using var certificate = await EnrolAsync(server, admin, "second", token => token.Cidrs.Add("10.0.0.0/24"));
        await using var agent = await TestAgent.ConnectAsync(Secure(server, certificate), TestAgent.FactsOf("second", "10.0.0.1"));
        await agent.SyncAsync(2);
        Assert.Contains("default/first has it", (await admin.StatusAsync(new() { Host = "second" })).Hosts.Single().RefusedClaims.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_document_grants_its_own_labels_and_addresses()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        await admin.ApplyAsync(TestServer.Request(Yaml.Host("a", "10.0.0.1", "a")));
        using var certificate = await EnrolAsync(server, admin, "a");
        await using var agent = await TestAgent.ConnectAsync(Secure(server, certificate), TestAgent.FactsOf("a", "10.0.0.1", ("app", "a")));
        await agent.SyncAsync(1);
        Assert.Empty((await admin.StatusAsync(new() { Host = "a" })).Hosts.Single().RefusedClaims);
    }

    [Fact]
    public async Task A_token_that_fixes_no_name_takes_nobodys_place()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        await admin.ApplyAsync(TestServer.Request(Yaml.Host("declared", "10.0.0.1", "guard")));
        (await EnrolAsync(server, admin, "enrolled")).Dispose();
        var secret = SecretOf(await admin.CreateTokenAsync(new() { Uses = 5 }));
        foreach (var (name, reason) in new[] { ("declared", "declared in a Host document"), ("enrolled", "is enrolled"), ("", "no name") })
            Assert.Contains(reason, (await TryAsync(server, secret, name)).Detail, StringComparison.Ordinal);
        using var key = CertificateAuthority.NewKey();
        (await EnrolWithAsync(server, secret, TestAgent.FactsOf("fresh", "10.0.0.2"), key)).Dispose();

        // An administrator who names the host means it.
        (await EnrolAsync(server, admin, "declared")).Dispose();
        (await EnrolAsync(server, admin, "enrolled")).Dispose();
    }

    [Fact]
    public async Task Tokens_end_by_use_time_and_revocation_and_say_so()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        var one = await admin.CreateTokenAsync(new() { Labels = { ["app"] = "a" } });
        using var key = CertificateAuthority.NewKey();
        (await EnrolWithAsync(server, SecretOf(one), TestAgent.FactsOf("a", "10.0.0.1"), key)).Dispose();
        Assert.Contains("used up", (await TryAsync(server, SecretOf(one), "b")).Detail, StringComparison.Ordinal);

        // The same key again is the host whose answer was lost.
        (await EnrolWithAsync(server, SecretOf(one), TestAgent.FactsOf("a", "10.0.0.1"), key)).Dispose();

        var brief = await admin.CreateTokenAsync(new() { TimeToLive = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)) });
        await Task.Delay(10);
        Assert.Contains("expired", (await TryAsync(server, SecretOf(brief), "b")).Detail, StringComparison.Ordinal);
        var revoked = await admin.CreateTokenAsync(new());
        await admin.RevokeTokenAsync(new() { Id = revoked.Id });
        Assert.Contains("revoked", (await TryAsync(server, SecretOf(revoked), "b")).Detail, StringComparison.Ordinal);
        Assert.Contains("unknown", (await TryAsync(server, new('0', 64), "b")).Detail, StringComparison.Ordinal);
        Assert.Contains("unknown", (await TryAsync(server, "no secret", "b")).Detail, StringComparison.Ordinal);
        var elsewhere = await admin.CreateTokenAsync(new() { Namespace = "shop" });
        Assert.Contains("namespace shop", (await TryAsync(server, SecretOf(elsewhere), "b")).Detail, StringComparison.Ordinal);

        var listed = (await admin.ListTokensAsync(new())).Tokens;
        Assert.Equal(4, listed.Count);
        Assert.Equal((1, 1, "a"), listed.Where(token => token.Id == one.Id).Select(token => (token.Used, token.Uses, token.Labels["app"])).Single());
        Assert.True(listed.Single(token => token.Id == revoked.Id).Revoked);
        Assert.Equal(elsewhere.Id, (await admin.ListTokensAsync(new() { Namespace = "shop" })).Tokens.Single().Id);
        await RefusedAsync(StatusCode.NotFound, () => admin.RevokeTokenAsync(new() { Id = "nothing" }));

        // All of it is evidence.
        var actions = new List<AuditAction>();
        using (var export = admin.ExportAudit(new()))
        {
            await foreach (var record in export.ResponseStream.ReadAllAsync(default))
            {
                if (record.Action is { } action)
                    actions.Add(action);
            }
        }

        Assert.Equal(4, actions.Count(action => action.What == "token created" && action.Author.EndsWith("/admin/first", StringComparison.Ordinal)));
        Assert.Equal(revoked.Id, actions.Single(action => action.What == "token revoked").Subject);
        Assert.All(actions.Where(action => action.What == "host enrolled"), action => Assert.Equal("default/a", action.Subject));
    }

    [Theory]
    [InlineData("Upper", "", "", 1)]
    [InlineData("shop", "a b", "", 1)]
    [InlineData("shop", "", "10.0.0.1/24", 1)]
    [InlineData("shop", "", "everything", 1)]
    [InlineData("shop", "", "", -1)]
    [InlineData("shop", "one", "", 2)]
    public async Task A_token_that_makes_no_sense_is_refused(string ns, string name, string cidr, int uses)
    {
        await using var server = await StartSecureAsync();
        var request = new CreateTokenRequest { Namespace = ns, Name = name, Uses = uses };
        if (cidr.Length > 0)
            request.Cidrs.Add(cidr);
        await RefusedAsync(StatusCode.InvalidArgument, () => AdminOf(server).CreateTokenAsync(request));
    }

    [Fact]
    public async Task Secrets_are_nowhere_in_the_store()
    {
        await using var server = await StartSecureAsync();
        var token = await AdminOf(server).CreateTokenAsync(new());
        var secret = SecretOf(token);
        foreach (var file in Directory.EnumerateFiles(server.DataDirectory, "edgecontrol.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.Equal(-1, copy.ToArray().AsSpan().IndexOf(Convert.FromHexString(secret)));
            Assert.Equal(-1, copy.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)));
            Assert.Equal(-1, copy.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(token.Token)));
        }
    }

    [Fact]
    public async Task The_authority_that_strangers_are_told_is_the_one_that_the_token_pins()
    {
        await using var server = await StartSecureAsync();
        var token = await AdminOf(server).CreateTokenAsync(new());
        var told = await Stranger(server).AuthoritiesAsync(new());
        using var authority = X509CertificateLoader.LoadCertificate(told.Certificates.Single().Span);
        Assert.True(EnrolmentToken.TryParse($" {token.Token}\n", out var parsed));
        Assert.Equal(parsed.Authority, Digest.Of(authority.PublicKey.ExportSubjectPublicKeyInfo()));
        Assert.DoesNotContain(parsed.Secret, parsed.ToString(), StringComparison.Ordinal);
        foreach (var damaged in new[] { "", "edgeagent1.", token.Token[..^1], token.Token.Replace('.', ','), "edgeagent2" + token.Token[10..] })
            Assert.False(EnrolmentToken.TryParse(damaged, out _), damaged);
    }

    [Fact]
    public async Task A_revoked_host_is_cut_off_at_once_and_let_in_again_with_a_new_token_alone()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var certificate = await EnrolAsync(server, admin, "a");
        var channel = Secure(server, certificate);
        await using var agent = await TestAgent.ConnectAsync(channel, TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync();
        Assert.True((await admin.RevokeHostAsync(new() { Host = "a", Note = "stolen" })).WasConnected);
        var end = await agent.EndAsync();
        Assert.Equal(StatusCode.Unauthenticated, end.StatusCode);
        Assert.Contains("stolen", end.Detail, StringComparison.Ordinal);
        await using var again = await TestAgent.ConnectAsync(channel, TestAgent.FactsOf("a", "10.0.0.1"));
        Assert.Contains("stolen", (await again.EndAsync()).Detail, StringComparison.Ordinal);
        using var next = CertificateAuthority.NewKey();
        await RefusedAsync(StatusCode.Unauthenticated, () => new AgentService.AgentServiceClient(channel).RenewAsync(new() { SigningRequest = Request(next) }));
        await RefusedAsync(StatusCode.NotFound, () => admin.RevokeHostAsync(new() { Host = "a" }));

        using var fresh = await EnrolAsync(server, admin, "a");
        await using var back = await TestAgent.ConnectAsync(Secure(server, fresh), TestAgent.FactsOf("a", "10.0.0.1"));
        await back.SyncAsync();
        await using var still = await TestAgent.ConnectAsync(channel, TestAgent.FactsOf("a", "10.0.0.1"));
        Assert.Equal(StatusCode.Unauthenticated, (await still.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task The_certificate_before_is_good_until_the_next_one_is_used()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var first = await EnrolAsync(server, admin, "a");
        using var key = CertificateAuthority.NewKey();
        var renewed = await new AgentService.AgentServiceClient(Secure(server, first)).RenewAsync(new() { SigningRequest = Request(key) });
        await using (var old = await TestAgent.ConnectAsync(Secure(server, first), TestAgent.FactsOf("a", "10.0.0.1")))
            await old.SyncAsync();
        using var issued = X509CertificateLoader.LoadCertificate(renewed.Certificates[0].Span);
        using var second = issued.CopyWithPrivateKey(key);
        await using (var current = await TestAgent.ConnectAsync(Secure(server, second), TestAgent.FactsOf("a", "10.0.0.1")))
            await current.SyncAsync();
        await using var clone = await TestAgent.ConnectAsync(Secure(server, first), TestAgent.FactsOf("a", "10.0.0.1"));
        var end = await clone.EndAsync();
        Assert.Equal(StatusCode.Unauthenticated, end.StatusCode);
        Assert.Contains("newer certificate", end.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_ends_with_its_certificate_and_who_comes_with_an_old_one_is_told_so()
    {
        await using var server = await StartSecureAsync(configuration => configuration with { CertificateLifetime = TimeSpan.FromSeconds(2) });
        var admin = AdminOf(server);
        using var certificate = await EnrolAsync(server, admin, "a");
        await using var agent = await TestAgent.ConnectAsync(Secure(server, certificate), TestAgent.FactsOf("a", "10.0.0.1"));
        var end = await agent.EndAsync();
        Assert.Equal(StatusCode.Unauthenticated, end.StatusCode);

        using var authority = AuthorityFile.LoadOrCreate(server.DataDirectory, DateTimeOffset.UtcNow).Issuing;
        using var key = CertificateAuthority.NewKey();
        using var issued = authority.IssueClient(new PublicKey(key), "spiffe://cluster.local/admin/past", CertificateAuthority.NewSerial(), DateTimeOffset.UtcNow.AddDays(-2), TimeSpan.FromDays(1));
        using var expired = issued.CopyWithPrivateKey(key);
        var refusal = await RefusedAsync(StatusCode.Unauthenticated, () => new AdminService.AdminServiceClient(Secure(server, expired)).StatusAsync(new()));
        Assert.Contains("is good from", refusal.Detail, StringComparison.Ordinal);
    }

    private static async Task<Status> TryAsync(TestServer server, string secret, string name)
    {
        using var key = CertificateAuthority.NewKey();
        var facts = new Wire.V1.HostFacts { Namespace = "default", Name = name };
        return await RefusedAsync(StatusCode.PermissionDenied, () => Stranger(server).EnrolAsync(new() { Token = secret, SigningRequest = Request(key), Facts = facts }));
    }
}
