using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Who may call what. Without TLS every caller is believed.</summary>
internal sealed class Callers(ServerConfiguration configuration)
{
    /// <summary>Who sent a request. The certificate was verified when the connection was made.</summary>
    public PeerIdentity Of(HttpContext request)
    {
        if (request.Connection.ClientCertificate is not { } certificate || !SpiffeId.TryReadFrom(certificate, out var id))
            return new("", null, configuration.Insecure);
        var host = SpiffeId.TryReadHost(id, configuration.TrustDomain, out var name) ? name : (HostName?)null;
        var administers = id.StartsWith(SpiffeId.AdministratorPrefix(configuration.TrustDomain), StringComparison.Ordinal) || configuration.Administrators.Contains(id);
        return new(id, host, administers);
    }

    /// <summary>The identity of a caller that may administer.</summary>
    /// <exception cref="RpcException">It may not.</exception>
    public PeerIdentity RequireAdministrator(ServerCallContext context)
    {
        var caller = Of(context.GetHttpContext());
        return caller.IsAdministrator ? caller : throw Refusal(caller, "an administrator's");
    }

    /// <summary>Makes sure that a caller is the host that it says it is.</summary>
    /// <exception cref="RpcException">It is not.</exception>
    public void RequireHost(ServerCallContext context, HostName host)
    {
        if (configuration.Insecure)
            return;
        var caller = Of(context.GetHttpContext());
        if (caller.Host != host)
            throw Refusal(caller, $"that of host {host}");
    }

    /// <summary>The host that a caller is proven to be.</summary>
    /// <exception cref="RpcException">It is none.</exception>
    public HostName RequireAnyHost(ServerCallContext context)
    {
        var caller = Of(context.GetHttpContext());
        return caller.Host ?? throw Refusal(caller, "a host's");
    }

    private static RpcException Refusal(PeerIdentity caller, string expected) => caller.Id.Length == 0
        ? new(new Status(StatusCode.Unauthenticated, $"no client certificate; expected {expected}"))
        : new(new Status(StatusCode.PermissionDenied, $"the certificate is that of {caller.Id}; expected {expected}"));
}
