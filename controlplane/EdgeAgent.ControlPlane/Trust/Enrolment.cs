using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Gives hosts their certificates: the first for a one-time token, each next one for the present one.</summary>
internal sealed partial class Enrolment(ServerConfiguration configuration, TokenTable tokens, TimeProvider time, ILogger<Enrolment> logger, ServerCertificates? certificates = null)
{
    private static readonly TimeSpan DefaultTokenLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestTokenLife = TimeSpan.FromDays(30);

    /// <summary>Makes a one-time token.</summary>
    /// <exception cref="RpcException">There is no embedded authority, or the request is out of range.</exception>
    public CreateTokenResponse CreateToken(CreateTokenRequest request, string author)
    {
        var authority = RequireAuthority();
        var life = request.TimeToLive?.ToTimeSpan() ?? DefaultTokenLife;
        if (life <= TimeSpan.Zero || life > LongestTokenLife)
            throw Invalid($"time to live {life}; expected more than nothing and at most {LongestTokenLife.TotalDays} days");
        var expires = time.GetUtcNow() + life;
        var grant = new EnrolmentGrant(request.Namespace.Length == 0 ? "default" : request.Namespace, request.Name, expires);
        return new()
        {
            Token = tokens.Create(grant, author),
            NotAfter = expires.ToTimestamp(),
            Authority = ByteString.CopyFrom(authority.Certificate.RawData),
        };
    }

    /// <summary>Exchanges a token for a certificate.</summary>
    /// <exception cref="RpcException">The token is not good for the host, or the signing request is malformed.</exception>
    public EnrolResponse Enrol(EnrolRequest request)
    {
        var authority = RequireAuthority();
        var host = new HostName(request.Facts?.Namespace ?? "", request.Facts?.Name ?? "");
        if (!IsName(host.Namespace) || !IsName(host.Name))
            throw Invalid($"host '{host}'; expected a namespace and a name of lower-case letters, digits, dots and dashes");
        var key = ReadKey(request.SigningRequest);
        if (!tokens.TryUse(request.Token, host, time.GetUtcNow()))
        {
            LogRefused(host);
            throw new RpcException(new(StatusCode.PermissionDenied, $"the token is unknown, used, expired, or not for host {host}"));
        }

        LogEnrolled(host);
        var certificate = Issue(authority, key, host);
        var response = new EnrolResponse { NotAfter = End(certificate) };
        response.Certificates.AddRange(Chain(authority, certificate));
        return response;
    }

    /// <summary>The next certificate of a host.</summary>
    /// <exception cref="RpcException">There is no embedded authority, or the signing request is malformed.</exception>
    public RenewResponse Renew(RenewRequest request, HostName host)
    {
        var authority = RequireAuthority();
        var certificate = Issue(authority, ReadKey(request.SigningRequest), host);
        var response = new RenewResponse { NotAfter = End(certificate) };
        response.Certificates.AddRange(Chain(authority, certificate));
        return response;
    }

    private static IEnumerable<ByteString> Chain(CertificateAuthority authority, X509Certificate2 certificate) =>
        [ByteString.CopyFrom(certificate.RawData), ByteString.CopyFrom(authority.Certificate.RawData)];

    private static Timestamp End(X509Certificate2 certificate) => Timestamp.FromDateTime(certificate.NotAfter.ToUniversalTime());

    private static PublicKey ReadKey(ByteString request) =>
        SigningRequest.TryReadKey(request.ToByteArray(), out var problem) ?? throw Invalid($"signing request: {problem}");

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 253 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');

    private static RpcException Invalid(string message) => new(new(StatusCode.InvalidArgument, message));

    private X509Certificate2 Issue(CertificateAuthority authority, PublicKey key, HostName host) =>
        authority.IssueClient(key, SpiffeId.OfHost(configuration.TrustDomain, host), time.GetUtcNow(), configuration.CertificateLifetime);

    private CertificateAuthority RequireAuthority() => certificates?.Authority
        ?? throw new RpcException(new(StatusCode.FailedPrecondition, configuration.Insecure
            ? "this control plane runs without TLS: there is nothing to enrol for"
            : "this control plane uses its operator's own certificates: hosts get theirs from the operator"));

    [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} enrolled")]
    private partial void LogEnrolled(HostName host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Enrolment of host {Host} refused: its token is not good for it")]
    private partial void LogRefused(HostName host);
}
