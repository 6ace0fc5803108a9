using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Wire;

namespace EdgeAgent.Daemon;

/// <summary>Who this host is: its certificate with its key, and the authorities by which it knows the control plane.</summary>
internal sealed class HostCredentials
{
    private readonly SslStreamCertificateContext _context;

    /// <summary>Puts credentials together.</summary>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="chain">What stands between it and its authority; may be empty.</param>
    /// <param name="authorities">The authorities.</param>
    /// <exception cref="IdentityException">The certificate names no host.</exception>
    internal HostCredentials(X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection authorities)
    {
        if (!CertificateId.TryRead(certificate, out var id) || !CertificateId.TryReadHost(id, out _, out var ns, out var name))
            throw new IdentityException($"the certificate of '{certificate.Subject}' names no host; expected one URI spiffe://TRUST-DOMAIN/ns/NAMESPACE/host/NAME");
        (Id, Namespace, Name, Certificate, Authorities) = (id, ns, name, certificate, authorities);
        _context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>The SPIFFE id.</summary>
    internal string Id { get; }

    /// <summary>The namespace that it names.</summary>
    internal string Namespace { get; }

    /// <summary>The host that it names.</summary>
    internal string Name { get; }

    /// <summary>The certificate.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>The authorities.</summary>
    internal X509Certificate2Collection Authorities { get; }

    /// <summary>The TLS handshake of this host with the control plane.</summary>
    internal ServerTrust Trust() => new(Authorities, _context);

    /// <summary>Reads PEM: a certificate with what stands between it and its authority, its key, and the authorities.</summary>
    /// <exception cref="CryptographicException">It is not that.</exception>
    /// <exception cref="IdentityException">The certificate names no host.</exception>
    internal static HostCredentials FromPem(string certificates, string key, string authorities)
    {
        var own = X509Certificate2.CreateFromPem(certificates, key);
        X509Certificate2Collection chain = [], roots = [];
        chain.ImportFromPem(certificates);
        roots.ImportFromPem(authorities);
        return roots.Count > 0 ? new(own, chain, roots) : throw new CryptographicException("there is no authority");
    }
}

/// <summary>This host cannot say who it is: says why, and what was expected.</summary>
internal sealed class IdentityException(string message) : Exception(message);
