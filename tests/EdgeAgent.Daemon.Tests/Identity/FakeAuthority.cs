using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon.Tests;

/// <summary>The enrolling side of a control plane on loopback, over real TLS, with an authority of its own.</summary>
internal sealed class FakeAuthority : AgentService.AgentServiceBase, IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private WebApplication? _application;

    private FakeAuthority()
    {
        var request = new CertificateRequest("CN=authority of the test", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    internal Uri Address => new(_application!.Urls.Single());

    /// <summary>What enrolled: the token's secret and the public key of the request, in order.</summary>
    internal ConcurrentQueue<(string Secret, Digest Key)> Enrolled { get; } = new();

    /// <summary>The serial numbers of the certificates that came with renewals.</summary>
    internal ConcurrentQueue<string> Renewed { get; } = new();

    /// <summary>Why the next enrolments are refused; null for not.</summary>
    internal Status? Refusal { get; set; }

    /// <summary>What it does with a token's pin.</summary>
    internal Digest Pin => Digest.Of(_authority.PublicKey.ExportSubjectPublicKeyInfo());

    internal TimeSpan Life { get; set; } = TimeSpan.FromDays(1);

    internal EnrolmentToken Token() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), Pin);

    internal static async Task<FakeAuthority> StartAsync(string name = "127.0.0.1", TimeSpan begin = default)
    {
        var fake = new FakeAuthority();
        var certificate = fake.Server(name, DateTimeOffset.UtcNow + begin);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(fake);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        fake._application = builder.Build();
        fake._application.MapGrpcService<FakeAuthority>();
        await fake._application.StartAsync();
        return fake;
    }

    public override Task<AuthoritiesResponse> Authorities(AuthoritiesRequest request, ServerCallContext context) =>
        Task.FromResult(new AuthoritiesResponse { Certificates = { ByteString.CopyFrom(_authority.RawData) } });

    public override Task<EnrolResponse> Enrol(EnrolRequest request, ServerCallContext context)
    {
        if (Refusal is { } refusal)
            throw new RpcException(refusal);
        var (certificate, key) = Issue(request.SigningRequest, request.Facts.Name.Length > 0 ? request.Facts.Name : "given");
        Enrolled.Enqueue((request.Token, key));
        return Task.FromResult(new EnrolResponse { Certificates = { certificate, ByteString.CopyFrom(_authority.RawData) }, LifeTime = Duration.FromTimeSpan(Life) });
    }

    public override Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context)
    {
        var present = context.GetHttpContext().Connection.ClientCertificate!;
        Renewed.Enqueue(present.SerialNumber);
        if (Refusal is { } refusal)
            throw new RpcException(refusal);
        CertificateId.TryRead(present, out var id);
        var (certificate, _) = Issue(request.SigningRequest, id!.Split('/')[^1]);
        return Task.FromResult(new RenewResponse { Certificates = { certificate, ByteString.CopyFrom(_authority.RawData) }, LifeTime = Duration.FromTimeSpan(Life) });
    }

    public async ValueTask DisposeAsync()
    {
        await _application!.DisposeAsync();
        _authority.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Server(string name, DateTimeOffset begin)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_authority, begin.AddMinutes(-1), begin.AddDays(30), RandomNumberGenerator.GetBytes(8));
        using var both = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null);
    }

    private (ByteString Certificate, Digest Key) Issue(ByteString signingRequest, string name)
    {
        var key = CertificateRequest.LoadSigningRequest(signingRequest.ToByteArray(), HashAlgorithmName.SHA256).PublicKey;
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new($"spiffe://test.local/ns/shop/host/{name}"));
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_authority, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow + Life, RandomNumberGenerator.GetBytes(8));
        return (ByteString.CopyFrom(issued.RawData), Digest.Of(key.ExportSubjectPublicKeyInfo()));
    }
}
