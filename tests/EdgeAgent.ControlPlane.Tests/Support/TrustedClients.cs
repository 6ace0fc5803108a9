using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using HostFacts = EdgeAgent.Contracts.HostFacts;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Callers over TLS, with certificates of the server's embedded authority or none.</summary>
internal static class TrustedClients
{
    /// <summary>A control plane with TLS.</summary>
    public static Task<TestServer> StartSecureAsync(Func<Configuration.ServerConfiguration, Configuration.ServerConfiguration>? more = null) =>
        TestServer.StartAsync(configuration => (more ?? (same => same))(configuration with { Insecure = false }));

    /// <summary>The first administrator.</summary>
    public static AdminService.AdminServiceClient AdminOf(TestServer server) => new(Secure(server, Administrator(server)));

    /// <summary>Enrols a host under its name with a token of its own.</summary>
    public static async Task<X509Certificate2> EnrolAsync(TestServer server, AdminService.AdminServiceClient admin, string name, Action<CreateTokenRequest>? grant = null)
    {
        var request = new CreateTokenRequest { Name = name };
        grant?.Invoke(request);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return await EnrolWithAsync(server, SecretOf(await admin.CreateTokenAsync(request)), TestAgent.FactsOf(name, "10.0.0.1") with { Namespace = request.Namespace.Length == 0 ? "default" : request.Namespace }, key);
    }

    /// <summary>Enrols with a token's secret.</summary>
    public static async Task<X509Certificate2> EnrolWithAsync(TestServer server, string secret, HostFacts facts, ECDsa key)
    {
        var response = await Stranger(server).EnrolAsync(new() { Token = secret, SigningRequest = Request(key), Facts = HostFactsMapping.ToWire(facts) });
        using var certificate = X509CertificateLoader.LoadCertificate(response.Certificates[0].Span);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>An agent without certificate.</summary>
    public static AgentService.AgentServiceClient Stranger(TestServer server) => new(Secure(server, null));

    public static string SecretOf(CreateTokenResponse response) =>
        EnrolmentToken.TryParse(response.Token, out var token) ? token.Secret : throw new FormatException(response.Token);

    public static ByteString Request(ECDsa key) => ByteString.CopyFrom(new CertificateRequest("CN=ignored", key, HashAlgorithmName.SHA256).CreateSigningRequest());

    public static ByteString Request(RSA key) => ByteString.CopyFrom(new CertificateRequest("CN=ignored", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest());

    public static ClientContext ContextOf(TestServer server) => ClientContext.Parse(File.ReadAllText(Path.Combine(server.DataDirectory, "admin.context")));

    public static X509Certificate2 Administrator(TestServer server)
    {
        var context = ContextOf(server);
        return X509Certificate2.CreateFromPem(context.Certificate, context.Key);
    }

    public static X509Certificate2 Authority(TestServer server) => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.DataDirectory, "ca.pem"));

    public static GrpcChannel Secure(TestServer server, X509Certificate2? certificate, X509Certificate2? authority = null) =>
        server.Channel(new() { HttpHandler = Handler(certificate, authority ?? Authority(server)), DisposeHttpClient = true, MaxReceiveMessageSize = null });

    public static SocketsHttpHandler Handler(X509Certificate2? certificate, X509Certificate2 authority) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = certificate is null ? null : [X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)],
            EnabledSslProtocols = SslProtocols.None,
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
        },
    };

    public static async Task<Status> RefusedAsync<T>(StatusCode code, Func<AsyncUnaryCall<T>> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal(code, refusal.StatusCode);
        return refusal.Status;
    }
}
