using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Grpc.Core;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class TrustTests
{
    private static readonly Contracts.HostFacts Facts = TestAgent.FactsOf("a", "10.0.0.1");

    [Fact]
    public async Task A_host_enrols_with_a_token_once_connects_and_renews()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { Insecure = false });
        var admin = new AdminService.AdminServiceClient(Secure(server, Administrator(server)));
        var token = SecretOf(await admin.CreateTokenAsync(new() { Namespace = "default" }));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stranger = new AgentService.AgentServiceClient(Secure(server, null));
        var enrolled = await stranger.EnrolAsync(new() { Token = token, SigningRequest = Request(key), Facts = HostFactsMapping.ToWire(Facts) });
        using var certificate = X509CertificateLoader.LoadCertificate(enrolled.Certificates[0].Span);
        Assert.True(CertificateId.TryRead(certificate, out var id));
        Assert.Equal("spiffe://cluster.local/ns/default/host/a", id);
        Assert.Equal(File.ReadAllText(Path.Combine(server.DataDirectory, "ca.pem")), X509CertificateLoader.LoadCertificate(enrolled.Certificates[1].Span).ExportCertificatePem());
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), enrolled.NotAfter.ToDateTime());

        using var own = certificate.CopyWithPrivateKey(key);
        var channel = Secure(server, own);
        await using (var agent = await TestAgent.ConnectAsync(channel, Facts))
            await agent.SyncAsync(1);

        using var nextKey = RSA.Create(2048);
        var renewed = await new AgentService.AgentServiceClient(channel).RenewAsync(new() { SigningRequest = Request(nextKey) });
        using var next = X509CertificateLoader.LoadCertificate(renewed.Certificates[0].Span);
        Assert.True(CertificateId.TryRead(next, out var sameId) && sameId == id);

        using var again = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(StatusCode.PermissionDenied, () => stranger.EnrolAsync(new() { Token = token, SigningRequest = Request(again), Facts = HostFactsMapping.ToWire(Facts) }));
    }

    [Fact]
    public async Task Who_one_is_decides_what_one_may()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { Insecure = false });
        var admin = new AdminService.AdminServiceClient(Secure(server, Administrator(server)));
        using var host = await EnrolAsync(server, admin, "a");
        var (stranger, asHost) = (Secure(server, null), Secure(server, host));

        await RefusedAsync(StatusCode.Unauthenticated, () => new AdminService.AdminServiceClient(stranger).StatusAsync(new()));
        await RefusedAsync(StatusCode.PermissionDenied, () => new AdminService.AdminServiceClient(asHost).ApplyAsync(TestServer.Request(Yaml.Annotation)));
        await RefusedAsync(StatusCode.Unauthenticated, () => new AgentService.AgentServiceClient(stranger).RenewAsync(new()));
        await RefusedAsync(StatusCode.PermissionDenied, () => new AgentService.AgentServiceClient(Secure(server, Administrator(server))).RenewAsync(new()));
        await RefusedAsync(StatusCode.InvalidArgument, () => new AgentService.AgentServiceClient(asHost).RenewAsync(new() { SigningRequest = ByteString.CopyFromUtf8("no request") }));
        await using var other = await TestAgent.ConnectAsync(asHost, TestAgent.FactsOf("b", "10.0.0.2"));
        Assert.Equal(StatusCode.PermissionDenied, (await other.EndAsync()).StatusCode);
        await using var nobody = await TestAgent.ConnectAsync(stranger, Facts);
        Assert.Equal(StatusCode.Unauthenticated, (await nobody.EndAsync()).StatusCode);

        await admin.ApplyAsync(TestServer.Request(Yaml.Host("z", "10.0.0.9", "z")));
        var author = (await admin.HistoryAsync(new())).Revisions[0].Author;
        Assert.Equal("spiffe://cluster.local/admin/first", author);
    }

    [Fact]
    public async Task Certificates_of_another_authority_are_not_let_in()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { Insecure = false });
        using var directory = new TestDirectory();
        using var otherAuthority = AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow).Issuing;
        using var key = CertificateAuthority.NewKey();
        using var issued = otherAuthority.IssueClient(new PublicKey(key), "spiffe://cluster.local/admin/first", CertificateAuthority.NewSerial(), DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        using var forged = issued.CopyWithPrivateKey(key);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new AdminService.AdminServiceClient(Secure(server, forged)).StatusAsync(new()));
        Assert.NotEqual(StatusCode.OK, refusal.StatusCode);

        // An authority that is believed for what it is, but not to vouch for servers as clients.
        using var mine = AuthorityFile.LoadOrCreate(server.DataDirectory, DateTimeOffset.UtcNow).Issuing;
        using var serverCertificate = mine.IssueServer(["x"], DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        await Assert.ThrowsAsync<RpcException>(async () => await new AdminService.AdminServiceClient(Secure(server, serverCertificate)).StatusAsync(new()));
    }

    [Fact]
    public async Task The_operators_own_certificates_serve_and_turn_enrolment_off()
    {
        using var directory = new TestDirectory();
        using var authority = AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow).Issuing;
        using (var certificate = authority.IssueServer(["localhost", "127.0.0.1"], DateTimeOffset.UtcNow, TimeSpan.FromDays(1)))
        {
            File.WriteAllText(directory["server.pem"], certificate.ExportCertificatePem());
            File.WriteAllText(directory["server.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        using (var signer = authority.IssueSigner("spiffe://cluster.local/edgecontrol/policy-signer", DateTimeOffset.UtcNow, TimeSpan.FromDays(1)))
        {
            File.WriteAllText(directory["signer.pem"], signer.ExportCertificatePem());
            File.WriteAllText(directory["signer.key"], signer.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        await using var server = await TestServer.StartAsync(configuration => configuration with
        {
            Insecure = false,
            Certificates = new(directory["server.pem"], directory["server.key"], directory["ca.pem"], directory["signer.pem"], directory["signer.key"]),
            Administrators = ["spiffe://example.org/ops"],
        });
        using var key = CertificateAuthority.NewKey();
        using var issued = authority.IssueClient(new PublicKey(key), "spiffe://example.org/ops", CertificateAuthority.NewSerial(), DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        using var operators = issued.CopyWithPrivateKey(key);
        var admin = new AdminService.AdminServiceClient(Secure(server, operators, authority.Certificate));
        Assert.Equal(0, (await admin.StatusAsync(new())).Revision);
        await RefusedAsync(StatusCode.FailedPrecondition, () => admin.CreateTokenAsync(new()));

        // A server's certificate signs no policies.
        var wrong = await Assert.ThrowsAsync<ConfigurationException>(() => TestServer.StartAsync(configuration => configuration with
        {
            Insecure = false,
            Certificates = new(directory["server.pem"], directory["server.key"], directory["ca.pem"], directory["server.pem"], directory["server.key"]),
        }));
        Assert.Contains("policy-signer", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_over_TLS_are_for_administrators_but_for_health()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { Insecure = false });
        using var stranger = new HttpClient(Handler(null, Authority(server))) { BaseAddress = server.GrpcAddress };
        using var admin = new HttpClient(Handler(Administrator(server), Authority(server))) { BaseAddress = server.GrpcAddress };
        Assert.Equal("ok\n", await stranger.GetStringAsync("/healthz"));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await stranger.GetAsync("/")).StatusCode);
        Assert.Contains("EdgeAgent", await admin.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authority_and_the_first_administrator_outlive_a_restart()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { Insecure = false });
        using var administrator = Administrator(server);
        var authority = File.ReadAllText(Path.Combine(server.DataDirectory, "ca.pem"));
        foreach (var secret in new[] { "ca.key", "ca.secret", "admin.context" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(server.DataDirectory, secret)));
        await server.RestartAsync();
        Assert.Equal(authority, File.ReadAllText(Path.Combine(server.DataDirectory, "ca.pem")));
        await new AdminService.AdminServiceClient(Secure(server, administrator)).StatusAsync(new());
    }

    [Theory]
    [InlineData("spiffe://cluster.local/ns/default/host/a", "default/a")]
    [InlineData("spiffe://cluster.local/ns/default/host/a/b", null)]
    [InlineData("spiffe://cluster.local/ns//host/a", null)]
    [InlineData("spiffe://cluster.local/ns/default/pod/a", null)]
    [InlineData("spiffe://elsewhere/ns/default/host/a", null)]
    [InlineData("spiffe://cluster.local.evil/ns/default/host/a", null)]
    public void Only_ids_of_hosts_of_the_trust_domain_name_hosts(string id, string? host) =>
        Assert.Equal(host, SpiffeId.TryReadHost(id, "cluster.local", out var name) ? name.ToString() : null);

    [Fact]
    public void A_missing_half_of_the_authority_is_an_error_and_not_a_new_authority()
    {
        using var directory = new TestDirectory();
        AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow);
        File.Delete(directory["ca.key"]);
        var error = Assert.Throws<ConfigurationException>(() => AuthorityFile.LoadOrCreate(directory.Path, DateTimeOffset.UtcNow));
        Assert.Contains(directory["ca.key"], error.Message, StringComparison.Ordinal);
    }
}
