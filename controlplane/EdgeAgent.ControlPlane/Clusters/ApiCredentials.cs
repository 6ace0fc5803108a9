using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>What a cluster's API server is known by, and what it knows us by, as the files say at one moment.</summary>
internal sealed class ApiCredentials : IDisposable
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _certificate;
    private readonly string? _tokenFile;
    private readonly string _stamp;

    private ApiCredentials(X509Certificate2Collection? authorities, X509Certificate2? certificate, string? tokenFile, string stamp) =>
        (_authorities, _certificate, _tokenFile, _stamp) = (authorities, certificate, tokenFile, stamp);

    /// <summary>The bearer token as its file has it now; null where a certificate speaks for us.</summary>
    /// <exception cref="IOException">The file cannot be read, or has no token.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public string? Token
    {
        get
        {
            if (_tokenFile is null)
                return null;
            var token = File.ReadAllText(_tokenFile).Trim();
            return token.Length > 0 && token.All(c => c is > ' ' and < '\u007f') ? token : throw new IOException($"{_tokenFile} has no token");
        }
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">A file does not hold what it should.</exception>
    public static ApiCredentials Load(ClusterConfiguration cluster)
    {
        var stamp = Stamp(cluster);
        X509Certificate2Collection? authorities = null;
        if (cluster.CertificateAuthority is { } authority)
        {
            authorities = [];
            authorities.ImportFromPemFile(authority);
            if (authorities.Count == 0)
                throw new CryptographicException($"{authority} holds no certificate");
        }

        X509Certificate2? certificate = null;
        if (cluster.Certificate is { } path)
        {
            // The TLS stack needs the key beside the certificate, not merely attached to it.
            using var pem = X509Certificate2.CreateFromPemFile(path, cluster.Key);
            certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }

        var credentials = new ApiCredentials(authorities, certificate, cluster.TokenFile, stamp);
        _ = credentials.Token;
        return credentials;
    }

    /// <summary>Whether certificates or keys are others by now. The token may be another at any time.</summary>
    public bool AreOutdated(ClusterConfiguration cluster) => Stamp(cluster) != _stamp;

    /// <summary>What a TLS connection to the server is made with.</summary>
    public SslClientAuthenticationOptions Tls() => new()
    {
        ClientCertificates = _certificate is null ? null : [_certificate],
        EnabledSslProtocols = SslProtocols.None,
        CertificateChainPolicy = _authorities is null ? null : TrustAuthorities(),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificate?.Dispose();
        foreach (var authority in _authorities ?? [])
            authority.Dispose();
    }

    private X509ChainPolicy TrustAuthorities()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities!);
        return policy;
    }

    private static string Stamp(ClusterConfiguration cluster) => string.Join(
        ';', new[] { cluster.CertificateAuthority, cluster.Certificate, cluster.Key }.Select(path => path is null ? "" : $"{File.GetLastWriteTimeUtc(path).Ticks}"));
}
