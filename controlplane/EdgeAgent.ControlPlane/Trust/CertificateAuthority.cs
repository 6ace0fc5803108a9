using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// The embedded certificate authority: an ECDSA P-256 key and its certificate in the data directory. It issues the server's certificate,
/// the first administrator's, and those of hosts.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>The file of the authority's certificate, which hosts and people need to trust the server.</summary>
    public const string CertificateFile = "ca.pem";

    private const string KeyFile = "ca.key";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // Certificates hold from a little before now, for hosts whose clocks are behind.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    private readonly ECDsa _key;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key)
    {
        Certificate = certificate;
        _key = key;
    }

    /// <summary>The authority's own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Loads the authority of a data directory, and makes it where there is none.</summary>
    /// <exception cref="ConfigurationException">Its files are unreadable, or only one of them is there.</exception>
    public static CertificateAuthority LoadOrCreate(string directory, DateTimeOffset now)
    {
        var (certificateFile, keyFile) = (Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile));
        try
        {
            if (!File.Exists(certificateFile) && !File.Exists(keyFile))
                Create(certificateFile, keyFile, now);
            using var both = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            return new(X509CertificateLoader.LoadCertificate(both.RawData), both.GetECDsaPrivateKey() ?? throw new ConfigurationException($"{keyFile}: no ECDSA key; expected the authority's key in PEM"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{certificateFile}, {keyFile}: {e.Message} (expected the authority's certificate and key in PEM, or neither file)");
        }
    }

    /// <summary>A certificate with a fresh key for the server, under all its names.</summary>
    public X509Certificate2 IssueServer(IEnumerable<string> names, DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = NewKey();
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        using var issued = Issue("edgecontrol", new PublicKey(key), alternatives, ServerAuthentication, now, lifetime);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A client certificate for a key that its owner keeps.</summary>
    /// <param name="key">The public key.</param>
    /// <param name="id">The SPIFFE id.</param>
    /// <param name="now">The present.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public X509Certificate2 IssueClient(PublicKey key, string id, DateTimeOffset now, TimeSpan lifetime)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddUri(new(id));
        return Issue(id[(id.LastIndexOf('/') + 1)..], key, alternatives, ClientAuthentication, now, lifetime);
    }

    /// <summary>A new P-256 key.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static void Create(string certificateFile, string keyFile, DateTimeOffset now)
    {
        using var key = NewKey();
        var request = new CertificateRequest("CN=EdgeAgent control plane CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - Skew, now.AddYears(10));
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
    }

    private X509Certificate2 Issue(string name, PublicKey key, SubjectAlternativeNameBuilder alternatives, string usage, DateTimeOffset now, TimeSpan lifetime)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name.Length <= 64 ? name : name[..64]);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(usage)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(alternatives.Build());
        var end = now + lifetime;
        var last = new DateTimeOffset(Certificate.NotAfter.ToUniversalTime());
        return request.Create(
            Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            now - Skew,
            end < last ? end : last,
            RandomNumberGenerator.GetBytes(16));
    }
}
