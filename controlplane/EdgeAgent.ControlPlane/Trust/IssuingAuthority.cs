using EdgeAgent.ControlPlane.Configuration;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>The embedded authority, where there is one.</summary>
internal sealed class IssuingAuthority(ServerConfiguration configuration, ServerCertificates? certificates = null)
{
    /// <summary>The authority.</summary>
    /// <exception cref="RpcException">This control plane has none.</exception>
    public CertificateAuthority Require() => certificates?.Authority
        ?? throw new RpcException(new(StatusCode.FailedPrecondition, configuration.Insecure
            ? "this control plane runs without TLS: there is nothing to enrol for"
            : "this control plane uses its operator's own certificates: hosts get theirs from the operator"));
}
