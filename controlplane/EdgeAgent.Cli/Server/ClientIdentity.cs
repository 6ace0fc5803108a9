using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeAgent.Cli.Server;

/// <summary>Whom this end trusts, and who it is, over TLS.</summary>
internal sealed class ClientIdentity
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2Collection? _chain;
    private readonly X509Certificate2? _certificate;

    private ClientIdentity(X509Certificate2Collection? authorities, X509Certificate2? certificate, X509Certificate2Collection? chain)
    {
        _authorities = authorities;
        _certificate = certificate;
        _chain = chain;
    }

    /// <summary>Reads the files that are named.</summary>
    /// <exception cref="CommandFailure">One of them cannot be read, or only one of certificate and key is named.</exception>
    public static ClientIdentity Read(string? authorities, string? certificate, string? key)
    {
        if (certificate is null != key is null)
            throw CommandFailure.BadInput("edgectl: a certificate without its key, or a key without its certificate; expected both --cert and --key, or neither");
        return new(
            authorities is null ? null : Load(authorities, "certificates in PEM", () => Certificates(authorities)),
            certificate is null ? null : Load(certificate, "a certificate in PEM and its key", () => X509Certificate2.CreateFromPemFile(certificate, key)),
            certificate is null ? null : Load(certificate, "certificates in PEM", () => Certificates(certificate)));
    }

    /// <summary>What the TLS handshake is made with.</summary>
    public SslClientAuthenticationOptions ToOptions() => new()
    {
        ClientCertificateContext = _certificate is null ? null : SslStreamCertificateContext.Create(_certificate, _chain, offline: true),
        CertificateChainPolicy = _authorities is null ? null : TrustOnly(_authorities),
    };

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection Certificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(path);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is no certificate in it");
    }

    private static T Load<T>(string path, string expected, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw CommandFailure.BadInput($"{path}: {e.Message.TrimEnd('.')}; expected {expected}");
        }
    }
}
