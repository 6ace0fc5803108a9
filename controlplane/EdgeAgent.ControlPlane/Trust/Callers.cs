using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Services;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Who calls. Without TLS every caller is believed.</summary>
internal sealed class Callers(ServerConfiguration configuration, EnrolmentTable enrolments, PeopleTable people, CallRates rates, TimeProvider time, ServerCertificates? certificates = null)
{
    // Certificates of operators may be issued by a machine whose clock is a little ahead.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Counts a call of somebody who has no identity yet, by address.</summary>
    /// <exception cref="RpcException">It is one too many.</exception>
    public void CountStranger(ServerCallContext context)
    {
        if (!configuration.Insecure)
            rates.Count(context.GetHttpContext().Connection.RemoteIpAddress?.ToString() ?? "nowhere");
    }

    /// <summary>Who sent a request: whom its bearer token names, else its certificate.</summary>
    public PeerIdentity Of(HttpContext request)
    {
        if (configuration.Insecure)
            return new("", null, PeerIdentity.AllRights);
        return request.Request.Headers.Authorization is [{ } header] ? OfToken(header) : OfCertificate(request);
    }

    /// <summary>Makes sure that a caller is the host that it says it is.</summary>
    /// <exception cref="RpcException">It is not.</exception>
    public PeerIdentity RequireHost(ServerCallContext context, HostName host)
    {
        var caller = Of(context.GetHttpContext());
        if (configuration.Insecure)
            return caller;
        return caller.Host == host ? Good(caller) : throw Refusal(caller, $"that of host {host}");
    }

    /// <summary>Whether a caller shows what proved it to be a host before, and does not any more.</summary>
    public bool WasHost(ServerCallContext context, HostName host) => !configuration.Insecure && Of(context.GetHttpContext()).Former == host;

    /// <summary>The host that a caller is proven to be.</summary>
    /// <exception cref="RpcException">It is none.</exception>
    public PeerIdentity RequireAnyHost(ServerCallContext context)
    {
        var caller = Of(context.GetHttpContext());
        return caller.Host is not null ? Good(caller) : throw Refusal(caller, "a host's");
    }

    /// <summary>Makes sure that a caller is a person with a role in some namespace; in which, the call itself must ask.</summary>
    /// <exception cref="RpcException">It is not.</exception>
    public PeerIdentity RequirePerson(ServerCallContext context, Role role)
    {
        var caller = Of(context.GetHttpContext());
        if (caller.Id.Length > 0)
            rates.Count(caller.Id);
        else
            CountStranger(context);
        return caller.MaySomewhere(role) ? caller : throw Refusal(caller, $"a person with the role {Words(role)}");
    }

    /// <summary>Makes sure that a caller is a person who may change something somewhere, and says who that is.</summary>
    /// <param name="context">The call.</param>
    /// <param name="claimed">Who the caller says to be; a proven identity wins over it.</param>
    /// <exception cref="RpcException">The caller is not.</exception>
    public Author AuthorOf(ServerCallContext context, string claimed)
    {
        var caller = RequirePerson(context, Role.Editor);
        return new(NameOf(caller, claimed, context), caller);
    }

    /// <summary>What history calls a caller.</summary>
    public static string NameOf(PeerIdentity caller, string claimed, ServerCallContext context) =>
        caller.Id.Length > 0 ? caller.Id : claimed.Length > 0 ? claimed : context.Peer;

    /// <summary>Makes sure that a person has a role in a namespace; the empty one is all of them.</summary>
    /// <exception cref="RpcException">The person has not.</exception>
    public static void Require(PeerIdentity caller, Role role, string ns)
    {
        if (!caller.May(role, ns))
            throw Refusal(caller, ns.Length == 0 ? $"the role {Words(role)} in all namespaces" : $"the role {Words(role)} in namespace {ns}");
    }

    // The certificate was verified when the connection was made, but for its time: whoever comes with one that ended is told so here,
    // which a refused handshake would not do.
    private PeerIdentity OfCertificate(HttpContext request)
    {
        if (request.Connection.ClientCertificate is not { } shown)
            return new("", null, []);
        // What was read of a certificate stays with it, and this one stays for as long as a host is connected.
        using var certificate = new X509Certificate2(shown);
        if (!CertificateId.TryRead(certificate, out var id))
            return new("", null, []);
        var host = SpiffeId.TryReadHost(id, configuration.TrustDomain, out var name) ? name : (HostName?)null;
        var now = time.GetUtcNow();
        var (begin, end) = (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        if (now < begin - Skew || now > end + Skew)
            return new("", null, []) { Former = host, Problem = $"the certificate of {id} is good from {begin:u} to {end:u}, and it is {now:u} here" };
        var issuer = certificates?.Authorities?.Current.IssuerOf(shown);
        if (issuer is null && certificates?.Authorities is not null)
            return new("", null, []) { Former = host, Problem = $"the certificate of {id} is of an authority that was retired; {(host is { } away ? $"the host needs a new token ('edgectl token create --namespace {away.Namespace} --name {away.Name}')" : "a person needs a new context")}" };
        return new(id, host, host is null ? GrantsOf(id) : []) { Serial = certificate.SerialNumber, Expires = end, Authority = issuer?.Pin ?? default };
    }

    private EquatableArray<RoleGrant> GrantsOf(string id) =>
        id.StartsWith(SpiffeId.AdministratorPrefix(configuration.TrustDomain), StringComparison.Ordinal) || configuration.Administrators.Contains(id)
            ? PeerIdentity.AllRights
            : people.ById(id)?.Grants ?? [];

    private PeerIdentity OfToken(string header)
    {
        if (!BearerToken.TryRead(header, out var secret))
            return new("", null, []) { Problem = $"an authorization header that is none; expected 'Bearer' and a token of 'edgectl user create'" };
        var person = people.BySecret(secret);
        return person switch
        {
            null => new("", null, []) { Problem = "a bearer token that nobody has" },
            { Expires: { } end } when end <= time.GetUtcNow() => new("", null, []) { Problem = $"the bearer token of {person.Name} expired at {end:u}" },
            _ => new(person.Name, null, person.Grants),
        };
    }

    // With the operator's own authority it is the operator who says which certificates are good.
    private PeerIdentity Good(PeerIdentity caller)
    {
        if (configuration.Certificates is not null)
            return caller;
        var problem = enrolments.Find(caller.Host!.Value) switch
        {
            null => "is not enrolled here",
            { IsRevoked: true } revoked => $"was revoked: {revoked.Revocation}",
            var enrolled when enrolled.Serial != caller.Serial && enrolled.PreviousSerial != caller.Serial => "has a newer certificate than this one, and perhaps on another machine",
            _ => null,
        };
        return problem is null ? caller : throw new RpcException(new(StatusCode.Unauthenticated, $"host {caller.Host} {problem}; expected it to enrol with a new token"));
    }

    private static string Words(Role role) => role.ToString().ToLowerInvariant();

    private static RpcException Refusal(PeerIdentity caller, string expected) => caller.Id.Length == 0
        ? new(new Status(StatusCode.Unauthenticated, $"{caller.Problem ?? "no client certificate and no bearer token"}; expected {expected}"))
        : new(new Status(StatusCode.PermissionDenied, $"the caller is {caller.Id}; expected {expected}"));
}
