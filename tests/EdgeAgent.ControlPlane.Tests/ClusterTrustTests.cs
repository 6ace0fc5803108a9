using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Tests.ApiServer;
using static EdgeAgent.ControlPlane.Tests.FollowedCluster;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>How a control plane and an API server know one another, and what is wrong with a configuration of clusters.</summary>
public sealed class ClusterTrustTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_token_is_read_again_when_it_is_replaced()
    {
        await using var api = await TestApiServer.StartAsync();
        api.Token = "first";
        File.WriteAllText(_directory["token"], "first\n");
        api.Set(Namespaces, ApiObjects.Namespace("shop"));
        await using var server = await StartAsync(Of(api) with { TokenFile = _directory["token"] });
        await SyncedAsync(server);

        api.Token = "second";
        api.Set(Namespaces, ApiObjects.Namespace("bank"));
        api.Compact();
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].Kinds.Any(kind => kind.Problem.Contains("401 Unauthorized", StringComparison.Ordinal)), "the old token is refused");
        Assert.Contains("/shop", await NamesAsync(server, "Namespace"));
        File.WriteAllText(_directory["token"], "second");
        api.Set(Namespaces, ApiObjects.Namespace("third"));
        await Eventually.HoldsAsync(async () => (await NamesAsync(server, "Namespace")).Contains("/third"), "the new one is taken");
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].Synced, "all kinds are there again");
    }

    [Fact]
    public async Task A_server_is_known_by_its_authority_alone_and_knows_us_by_our_certificate()
    {
        using var authority = Authority("cluster");
        using var other = Authority("other");
        using var certificate = Issue(authority, "CN=api", IPAddress.Loopback);
        using var client = Issue(authority, "CN=edgecontrol", null);
        File.WriteAllText(_directory["ca.pem"], other.ExportCertificatePem());
        File.WriteAllText(_directory["client.pem"], client.ExportCertificatePem());
        File.WriteAllText(_directory["client.key"], client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var api = await TestApiServer.StartAsync(certificate: certificate, clients: authority);
        api.Set(Namespaces, ApiObjects.Namespace("shop"));
        await using var server = await StartAsync(Of(api) with
        {
            CertificateAuthority = _directory["ca.pem"],
            Certificate = _directory["client.pem"],
            Key = _directory["client.key"],
        });
        await Eventually.HoldsAsync(async () => (await ClustersAsync(server))[0].Kinds.Any(kind => kind.Problem.Contains("SSL", StringComparison.Ordinal)), "the server is not believed");
        Assert.Empty(api.Requests);

        // Files that are replaced count at once.
        File.WriteAllText(_directory["ca.pem"], authority.ExportCertificatePem());
        File.SetLastWriteTimeUtc(_directory["ca.pem"], DateTime.UtcNow.AddSeconds(5));
        await SyncedAsync(server);
        Assert.Equal(["/shop"], await NamesAsync(server, "Namespace"));
    }

    [Theory]
    [InlineData("""{"server": "https://a"}""", "clusters[0].name: ''; expected")]
    [InlineData("""{"name": "East", "server": "https://a"}""", "clusters[0].name: 'East'")]
    [InlineData("""{"name": "east", "server": "10.0.0.1:6443"}""", "clusters[0].server: '10.0.0.1:6443'; expected the address")]
    [InlineData("""{"name": "east", "server": "http://10.0.0.1:8080"}""", "is not encrypted")]
    [InlineData("""{"name": "east", "server": "https://a"}""", "neither tokenFile nor certificate")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "nowhere"}""", "nowhere")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "empty"}""", "has no token")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "token", "certificateAuthority": "token"}""", "holds no certificate")]
    [InlineData("""{"name": "east", "server": "https://a", "certificate": "token"}""", "only one of certificate and key")]
    [InlineData("""{"name": "east", "server": "https://a", "certificate": "token", "key": "token"}""", "clusters[0]")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "token", "prefix": "East_"}""", "clusters[0].prefix: 'East_'")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "token", "kinds": ["Pods"]}""", "clusters[0].kinds: 'Pods'; expected some of")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "token"}, {"name": "west", "server": "https://b", "tokenFile": "token"}""", "clusters[1].prefix: '' is another cluster's")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "token"}, {"name": "east", "server": "https://b", "tokenFile": "token", "prefix": "b-"}""", "clusters[1].name: 'east' comes twice")]
    [InlineData("""{"name": "east", "server": "https://a", "tokenFile": "token", "user": "me"}""", "user")]
    public void What_is_wrong_with_clusters_is_said_before_the_start(string clusters, string reason)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(clusters));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(_directory["c.json"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clusters_of_the_configuration()
    {
        var read = Read("""{"name": "east", "server": "https://10.0.0.1:6443/", "tokenFile": "token"}, {"name": "west", "server": "http://127.0.0.1:8001", "prefix": "west-", "kinds": ["Pod", "NetworkPolicy.projectcalico.org"]}, {"name": "gone", "forget": true}""").Clusters;
        Assert.Equal(["east", "west", "gone"], read.Select(cluster => cluster.Name));
        Assert.Equal((_directory["token"], "west-", true), (read[0].TokenFile, read[1].Prefix, read[2].Forget));
        Assert.Equal(["Pod", "NetworkPolicy.projectcalico.org"], read[1].Kinds);
    }

    private ServerConfiguration Read(string clusters)
    {
        File.WriteAllText(_directory["token"], "secret");
        File.WriteAllText(_directory["empty"], "\n");
        File.WriteAllText(_directory["c.json"], $$"""{"data": "d", "listen": "127.0.0.1:1", "clusters": [{{clusters}}]}""");
        return ConfigurationReader.Read(new(_directory["c.json"], null, null, null, false));
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string subject, IPAddress? address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(30), RandomNumberGenerator.GetBytes(16));
        using var own = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
