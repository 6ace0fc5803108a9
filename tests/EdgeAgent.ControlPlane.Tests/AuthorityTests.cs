using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Grpc.Net.Client;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;
using HostFacts = EdgeAgent.Contracts.HostFacts;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>One embedded authority takes the place of another, while hosts are connected.</summary>
public sealed class AuthorityTests
{
    [Fact]
    public async Task An_authority_takes_the_place_of_another_and_no_host_is_left_behind_unseen()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var old = Authority(server);
        using var administrator = Administrator(server);
        var (a, b) = (await EnrolAsync(server, admin, "a"), await EnrolAsync(server, admin, "b"));
        await using var connected = await TestAgent.ConnectAsync(Secure(server, a, old), TestAgent.FactsOf("a", "10.0.0.1"));
        await connected.SyncAsync();
        Assert.Contains("prepared first", (await OrderedAsync(admin, AuthorityOrder.Activate)).Detail, StringComparison.Ordinal);
        await OrderedAsync(admin, AuthorityOrder.Retire);

        // The hosts are told of the next one, and asked to show that they know it.
        var early = await admin.CreateTokenAsync(new() { Name = "early" });
        await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Prepare, Note = "ten years are over" });
        await Eventually.HoldsAsync(() => connected.Messages.Any(IsAskedToRenew), "the host is asked to renew");
        Assert.Contains("default/a, default/b", (await OrderedAsync(admin, AuthorityOrder.Activate)).Detail, StringComparison.Ordinal);
        var (a2, known) = await RenewAsync(Secure(server, a, old));
        Assert.Equal(old.Thumbprint, IssuerOf(a2, known).Thumbprint);
        Assert.Equal(2, known.Length);
        Assert.Contains("default/a, default/b", (await OrderedAsync(admin, AuthorityOrder.Activate)).Detail, StringComparison.Ordinal);
        await using (var trusting = await TestAgent.ConnectAsync(Secure(server, a2, old), TestAgent.FactsOf("a", "10.0.0.1")))
            await trusting.SyncAsync();
        var refusal = (await OrderedAsync(admin, AuthorityOrder.Activate)).Detail;
        Assert.Contains("1 hosts", refusal, StringComparison.Ordinal);
        Assert.Contains("default/b", refusal, StringComparison.Ordinal);

        // One that was away all the while comes back knowing the old one alone.
        Assert.Equal(["default/b"], (await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Activate, Force = true })).LeftBehind);
        var fresh = known.Single(authority => authority.Thumbprint != old.Thumbprint);
        Assert.Equal([fresh.Thumbprint, old.Thumbprint], await InUseAsync(admin));
        await using (var back = await TestAgent.ConnectAsync(Secure(server, b, old), TestAgent.FactsOf("b", "10.0.0.2")))
        {
            await back.SyncAsync();
            Assert.Equal(old.Thumbprint, IssuerOf(SignerOf(back), [old, fresh]).Thumbprint);
            await Eventually.HoldsAsync(() => back.Messages.Any(IsAskedToRenew), "the host is asked to renew");
        }

        var (b2, _) = await RenewAsync(Secure(server, b, old));
        Assert.Equal(fresh.Thumbprint, IssuerOf(b2, [old, fresh]).Thumbprint);
        await using (var moved = await TestAgent.ConnectAsync(Secure(server, b2, fresh), TestAgent.FactsOf("b", "10.0.0.2")))
        {
            await moved.SyncAsync();
            Assert.Equal(fresh.Thumbprint, IssuerOf(SignerOf(moved), [old, fresh]).Thumbprint);
        }

        // Tokens of before let in as long as their authority is not retired, and those of now do.
        using var key = CertificateAuthority.NewKey();
        using var enrolled = await EnrolWithAsync(server, SecretOf(early), TestAgent.FactsOf("early", "10.0.0.3"), key);
        Assert.Equal(fresh.Thumbprint, IssuerOf(enrolled, [old, fresh]).Thumbprint);
        var stale = await admin.CreateTokenAsync(new());
        Assert.True(EnrolmentToken.TryParse(stale.Token, out var pinned) && pinned.Authority == CertificateAuthority.PinOf(fresh));

        // The host that has a certificate of the old one keeps it in use, until it is left behind with open eyes.
        refusal = (await OrderedAsync(admin, AuthorityOrder.Retire)).Detail;
        Assert.Contains("1 hosts", refusal, StringComparison.Ordinal);
        Assert.Contains("default/a", refusal, StringComparison.Ordinal);
        await using var left = await TestAgent.ConnectAsync(Secure(server, a2, fresh), TestAgent.FactsOf("a", "10.0.0.1"));
        await left.SyncAsync();
        var next = AdminOf(server);
        await next.OrderAuthorityAsync(new() { Order = AuthorityOrder.Retire, Force = true, Note = "a is gone" });
        var end = await left.EndAsync();
        Assert.Equal(StatusCode.Unauthenticated, end.StatusCode);
        Assert.Contains("retired", end.Detail, StringComparison.Ordinal);

        // Who comes with a certificate of it is told so, also who knows it alone; and what it issued to people is as useless.
        await ExpectRetiredAsync(server, a2, administrator, [old, fresh]);
        Assert.Equal([fresh.Thumbprint], await InUseAsync(next));
        await using var c = await TestAgent.ConnectAsync(Secure(server, b2, fresh), TestAgent.FactsOf("b", "10.0.0.2"));
        await c.SyncAsync();
        await Eventually.HoldsAsync(() => c.Messages.Any(IsAskedToRenew), "the host is asked to forget it");
        var (b3, trusted) = await RenewAsync(Secure(server, b2, fresh));
        Assert.Equal([fresh.Thumbprint], trusted.Select(authority => authority.Thumbprint));

        // A restart changes nothing of it, and neither does one with the files of before: the store knows.
        await server.RestartAsync();
        await ExpectRetiredAsync(server, a2, administrator, [old, fresh]);
        await using var last = await TestAgent.ConnectAsync(Secure(server, b3, fresh), TestAgent.FactsOf("b", "10.0.0.2"));
        await last.SyncAsync();

        var finished = AdminOf(server);
        Assert.Empty((await finished.VerifyAuditAsync(new())).Findings);
        var actions = (await ActionsAsync(finished)).Where(action => action.What.StartsWith("authority ", StringComparison.Ordinal)).ToList();
        Assert.Equal(["authority prepared", "authority activated", "authority retired"], actions.Select(action => action.What));
        Assert.Equal(["ten years are over", "by force, leaving 1 hosts behind: default/b", "a is gone; by force, leaving 1 hosts behind: default/a"], actions.Select(action => action.Text));
        Assert.Equal(CertificateAuthority.PinOf(old).Hex, actions[2].Subject);
    }

    [Fact]
    public async Task What_is_prepared_can_be_taken_back_and_what_is_activated_too()
    {
        await using var server = await StartSecureAsync();
        var admin = AdminOf(server);
        using var first = Authority(server);
        await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Prepare });
        await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Retire });
        Assert.Equal([first.Thumbprint], await InUseAsync(admin));

        await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Prepare });
        await RefusedAsync(StatusCode.FailedPrecondition, () => admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Prepare }));
        await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Activate });
        using var second = Authority(server);
        using var host = await EnrolAsync(server, admin, "a");
        await admin.OrderAuthorityAsync(new() { Order = AuthorityOrder.Activate });
        Assert.Equal([first.Thumbprint, second.Thumbprint], await InUseAsync(admin));

        // Who came in meanwhile and knows the second alone still knows whom it talks to.
        await using var agent = await TestAgent.ConnectAsync(Secure(server, host, second), TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync();
        Assert.Contains("default/a", (await OrderedAsync(admin, AuthorityOrder.Retire)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_was_away_while_several_came_and_went_is_told_to_enrol_anew_and_goes_on_as_who_it_was()
    {
        const int rotations = 5, shown = 4;
        await using var server = await StartSecureAsync();
        var away = new List<(HostFacts Facts, X509Certificate2 Certificate, X509Certificate2 Authority)>();
        for (var i = 0; i < rotations; i++)
        {
            var facts = TestAgent.FactsOf($"h{i}", $"10.0.0.{i + 1}");
            away.Add((facts, await EnrolAsync(server, AdminOf(server), facts.Name, request => request.Cidrs.Add($"{facts.Addresses[0]}/32")), Authority(server)));
            if (i == rotations - 2)
            {
                await using var present = await TestAgent.ConnectAsync(Secure(server, away[i].Certificate), facts);
                await present.SyncAsync();
            }

            foreach (var order in (AuthorityOrder[])[AuthorityOrder.Prepare, AuthorityOrder.Activate, AuthorityOrder.Retire])
                await AdminOf(server).OrderAuthorityAsync(new() { Order = order, Force = true });
        }

        // Each knows its own authority alone. As far back as the server shows the way, they are told what they need; and so is the operator.
        for (var i = 0; i < rotations; i++)
        {
            await using var back = await TestAgent.ConnectAsync(Secure(server, away[i].Certificate, away[i].Authority), away[i].Facts);
            var end = await back.EndAsync();
            Assert.Equal(rotations - i <= shown ? StatusCode.Unauthenticated : StatusCode.Unavailable, end.StatusCode);
            if (rotations - i <= shown)
                Assert.Contains($"retired; the host needs a new token ('edgectl token create --namespace default --name h{i}')", end.Detail, StringComparison.Ordinal);
        }

        using var newest = Authority(server);
        var admin = AdminOf(server);
        var (host, certificate, _) = away[^2];
        var status = (await admin.StatusAsync(new())).Hosts.Single(report => report.Status.Name == host.Name);
        Assert.Equal((false, Wire.V1.HostState.Failed), (status.Connected, status.Status.State));
        Assert.Contains("needs a new token", status.Status.Reason, StringComparison.Ordinal);
        Assert.Equal(rotations, (await admin.ListAuthoritiesAsync(new())).Behind.Count);

        // A token for anybody takes nobody's place; one with the host's name is what it needs.
        using var key = CertificateAuthority.NewKey();
        var anybody = await Assert.ThrowsAsync<RpcException>(async () => await EnrolWithAsync(server, SecretOf(await admin.CreateTokenAsync(new())), host, key));
        Assert.Contains($"--name {host.Name}", anybody.Status.Detail, StringComparison.Ordinal);
        using var next = await EnrolWithAsync(server, SecretOf(await admin.CreateTokenAsync(new() { Name = host.Name })), host, key);
        Assert.NotEqual(certificate.SerialNumber, next.SerialNumber);
        await using var again = await TestAgent.ConnectAsync(Secure(server, next, newest), host);
        await again.SyncAsync();
        Assert.Equal(newest.Thumbprint, IssuerOf(SignerOf(again), [newest, .. away.Select(gone => gone.Authority)]).Thumbprint);
        await again.ReportAsync();
        await Eventually.HoldsAsync(async () => (await admin.StatusAsync(new())).Hosts.Single(report => report.Status.Name == host.Name) is { Connected: true, Status.State: Wire.V1.HostState.Realized }, "the host is back");
        Assert.Empty((await admin.VerifyAuditAsync(new())).Findings);
    }

    private static bool IsAskedToRenew(ServerMessage message) => message.Command?.CommandCase == Command.CommandOneofCase.RenewCertificate;

    private static Task<Status> OrderedAsync(AdminService.AdminServiceClient admin, AuthorityOrder order) =>
        RefusedAsync(StatusCode.FailedPrecondition, () => admin.OrderAuthorityAsync(new() { Order = order }));

    private static async Task<string[]> InUseAsync(AdminService.AdminServiceClient admin) =>
        [.. (await admin.ListAuthoritiesAsync(new())).Authorities.Where(authority => authority.State != AuthorityState.Retired).Select(authority => X509CertificateLoader.LoadCertificate(authority.Certificate.Span).Thumbprint)];

    private static async Task ExpectRetiredAsync(TestServer server, X509Certificate2 host, X509Certificate2 administrator, X509Certificate2[] known)
    {
        foreach (var authority in known)
        {
            await using var agent = await TestAgent.ConnectAsync(Secure(server, host, authority), TestAgent.FactsOf("a", "10.0.0.1"));
            var end = await agent.EndAsync();
            Assert.Equal(StatusCode.Unauthenticated, end.StatusCode);
            Assert.Contains("retired", end.Detail, StringComparison.Ordinal);
        }

        var refusal = await RefusedAsync(StatusCode.Unauthenticated, () => new AdminService.AdminServiceClient(Secure(server, administrator)).StatusAsync(new()));
        Assert.Contains("retired", refusal.Detail, StringComparison.Ordinal);
    }

    // As an agent does: a new key, and the authorities that come with the certificate.
    private static async Task<(X509Certificate2 Certificate, X509Certificate2[] Authorities)> RenewAsync(GrpcChannel channel)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var response = await new AgentService.AgentServiceClient(channel).RenewAsync(new() { SigningRequest = Request(key) });
        var certificates = response.Certificates.Select(bytes => X509CertificateLoader.LoadCertificate(bytes.Span)).ToArray();
        return (certificates[0].CopyWithPrivateKey(key), certificates[1..]);
    }

    private static X509Certificate2 SignerOf(TestAgent agent) =>
        X509CertificateLoader.LoadCertificate(agent.Messages.First(message => message.InSync is not null).InSync.Statement.Signer.Span);

    private static X509Certificate2 IssuerOf(X509Certificate2 certificate, X509Certificate2[] known) => known.Single(authority =>
    {
        using var chain = new X509Chain { ChainPolicy = OnlyAuthorities.ToPolicy([authority], ignoreTime: false) };
        return chain.Build(certificate);
    });

    private static async Task<List<AuditAction>> ActionsAsync(AdminService.AdminServiceClient admin)
    {
        var actions = new List<AuditAction>();
        using var export = admin.ExportAudit(new());
        await foreach (var record in export.ResponseStream.ReadAllAsync(default))
        {
            if (record.Action is { } action)
                actions.Add(action);
        }

        return actions;
    }
}
