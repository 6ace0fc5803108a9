using EdgeAgent.ControlPlane.Configuration;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>The embedded authorities, where there are any.</summary>
internal sealed class IssuingAuthority(ServerConfiguration configuration, ServerCertificates? certificates = null)
{
    /// <summary>The authorities as they are now.</summary>
    /// <exception cref="RpcException">This control plane has none.</exception>
    public AuthoritySet Require() => RequireAll().Current;

    /// <summary>The authorities.</summary>
    /// <exception cref="RpcException">This control plane has none.</exception>
    public Authorities RequireAll() => certificates?.Authorities
        ?? throw new RpcException(new(StatusCode.FailedPrecondition, configuration.Insecure
            ? "this control plane runs without TLS: there is nothing to enrol for"
            : "this control plane uses its operator's own certificates: hosts get theirs from the operator"));
}
