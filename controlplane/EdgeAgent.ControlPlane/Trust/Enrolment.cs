using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Gives hosts their certificates, the first for a token, each next one for the present one; and takes them away.</summary>
internal sealed partial class Enrolment(
    ServerConfiguration configuration, EnrolmentTable enrolments, IssuingAuthority issuing, Publisher publisher, HostConnections connections, TimeProvider time, ILogger<Enrolment> logger)
{
    private const int LongestMachineId = 128;

    /// <summary>What a host needs to know the control plane by.</summary>
    /// <exception cref="RpcException">There is no embedded authority.</exception>
    public AuthoritiesResponse Authorities()
    {
        var response = new AuthoritiesResponse();
        response.Certificates.AddRange(issuing.Require().Members.Select(member => ByteString.CopyFrom(member.Authority.Certificate.RawData)));
        return response;
    }

    /// <summary>Exchanges a token for a certificate.</summary>
    /// <exception cref="RpcException">The token is not good for the host, or the signing request is malformed.</exception>
    public EnrolResponse Enrol(EnrolRequest request, string peer)
    {
        var authorities = issuing.Require();
        var (ns, name) = (request.Facts?.Namespace ?? "", request.Facts?.Name ?? "");
        if (!IsName(ns) || !IsName(name) || request.Facts?.MachineId.Length > LongestMachineId)
            throw Invalid($"host '{ns}/{name}'; expected a namespace and a name of lower-case letters, digits, dots and dashes, or none");
        var key = ReadKey(request.SigningRequest);
        var (now, serial) = (time.GetUtcNow(), CertificateAuthority.NewSerial());
        var application = new EnrolmentApplication(
            ns, name, request.Facts?.MachineId ?? "", Digest.Of(key.ExportSubjectPublicKeyInfo()), Convert.ToHexString(serial), now + configuration.CertificateLifetime)
        {
            Authorities = authorities.Version,
        };
        EnrolledHost enrolled;
        try
        {
            enrolled = enrolments.Enrol(request.Token, (token, present) => EnrolmentDecision.Decide(token, application, present, IsDeclared, now));
        }
        catch (EnrolmentRefusedException e)
        {
            LogRefused(ns, name, peer, e.Message);
            throw new RpcException(new(StatusCode.PermissionDenied, e.Message));
        }

        LogEnrolled(enrolled.Host, peer, enrolled.Token);
        if (connections.End(enrolled.Host, new(StatusCode.Unauthenticated, $"host {enrolled.Host} was enrolled anew")))
            LogTakenOver(enrolled.Host, peer);
        var certificate = Issue(authorities.Issuing, key, enrolled.Host, serial, now);
        var response = new EnrolResponse { NotAfter = End(certificate), LifeTime = Life(certificate, now) };
        response.Certificates.AddRange(Bundle(authorities, certificate));
        return response;
    }

    /// <summary>The next certificate of a host.</summary>
    /// <exception cref="RpcException">There is no embedded authority, the signing request is malformed, or the present certificate is no longer good.</exception>
    public RenewResponse Renew(RenewRequest request, PeerIdentity caller)
    {
        var authorities = issuing.Require();
        var key = ReadKey(request.SigningRequest);
        var (host, now, serial) = (caller.Host!.Value, time.GetUtcNow(), CertificateAuthority.NewSerial());
        if (!enrolments.Renew(host, caller.Serial, Convert.ToHexString(serial), now + configuration.CertificateLifetime, authorities.Version))
            throw new RpcException(new(StatusCode.Unauthenticated, $"host {host} is not enrolled with this certificate any more"));
        LogRenewed(host);
        var certificate = Issue(authorities.Issuing, key, host, serial, now);
        var response = new RenewResponse { NotAfter = End(certificate), LifeTime = Life(certificate, now) };
        response.Certificates.AddRange(Bundle(authorities, certificate));
        return response;
    }

    /// <summary>The enrolment of a connecting host; null where the operator's own authority vouches for hosts, which grants nothing more.</summary>
    public EnrolledHost? Connected(PeerIdentity caller)
    {
        var enrolled = enrolments.Find(caller.Host!.Value);
        if (enrolled is { PreviousSerial.Length: > 0 } && enrolled.Serial == caller.Serial)
            enrolments.Settle(enrolled.Host, enrolled.Serial);
        return enrolled;
    }

    /// <summary>What asks a host for its next certificate, where the authorities are newer than what came with the one that it shows; else null.</summary>
    public Command? RenewalOf(PeerIdentity caller, EnrolledHost? enrolled)
    {
        if (configuration.Certificates is not null || enrolled is null)
            return null;
        var known = enrolled.Serial == caller.Serial ? enrolled.Authorities : enrolled.PreviousAuthorities;
        return known < issuing.Require().Version ? connections.Renewal() : null;
    }

    /// <summary>Ends a host's enrolment.</summary>
    /// <exception cref="RpcException">It is not enrolled.</exception>
    public RevokeHostResponse Revoke(RevokeHostRequest request, PeerIdentity caller, string author)
    {
        issuing.Require();
        var host = HostName.Parse(request.Host);
        Callers.Require(caller, Role.Admin, host.Namespace);
        var why = request.Note.Length > 0 ? $"{request.Note} (by {author})" : $"by {author}";
        if (!enrolments.Revoke(host, why, time.GetUtcNow(), author))
            throw new RpcException(new(StatusCode.NotFound, $"host {host} is not enrolled; expected namespace/name of one that is"));
        var wasConnected = connections.End(host, new(StatusCode.Unauthenticated, $"host {host} was revoked: {why}"));
        LogRevoked(host, why);
        return new() { WasConnected = wasConnected };
    }

    private static IEnumerable<ByteString> Bundle(AuthoritySet authorities, X509Certificate2 certificate) =>
        [ByteString.CopyFrom(certificate.RawData), .. authorities.Members.Select(member => ByteString.CopyFrom(member.Authority.Certificate.RawData))];

    private static Timestamp End(X509Certificate2 certificate) => Timestamp.FromDateTime(certificate.NotAfter.ToUniversalTime());

    private static Duration Life(X509Certificate2 certificate, DateTimeOffset now) => Duration.FromTimeSpan(new DateTimeOffset(certificate.NotAfter.ToUniversalTime()) - now);

    private static PublicKey ReadKey(ByteString request) =>
        SigningRequest.TryReadKey(request.ToByteArray(), out var problem) ?? throw Invalid($"signing request: {problem}");

    private static bool IsName(string name) =>
        name.Length <= 253 && name.Split('.').All(part => part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-') && !part.StartsWith('-') && !part.EndsWith('-'));

    private static RpcException Invalid(string message) => new(new(StatusCode.InvalidArgument, message));

    private bool IsDeclared(HostName host) => publisher.Current.Declared.ContainsKey(new(FleetState.HostKind, host.Namespace, host.Name));

    private X509Certificate2 Issue(CertificateAuthority authority, PublicKey key, HostName host, byte[] serial, DateTimeOffset now) =>
        authority.IssueClient(key, SpiffeId.OfHost(configuration.TrustDomain, host), serial, now, configuration.CertificateLifetime);

    [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} enrolled from {Peer} with token {Token}")]
    private partial void LogEnrolled(HostName host, string peer, string token);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Host {Host} was connected while it enrolled anew from {Peer}; that stream ends")]
    private partial void LogTakenOver(HostName host, string peer);

    [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} renewed its certificate")]
    private partial void LogRenewed(HostName host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Enrolment of host '{Namespace}/{Name}' from {Peer} refused: {Reason}")]
    private partial void LogRefused(string @namespace, string name, string peer, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Host {Host} was revoked: {Reason}")]
    private partial void LogRevoked(HostName host, string reason);
}
