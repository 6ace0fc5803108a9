using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// The embedded certificate authority: an ECDSA P-256 key, encrypted, and its certificate in the data directory. It issues the server's
/// certificate, that of the key which signs policies, the first administrator's, and those of hosts.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>The file of the authority's certificate, which hosts and people need to trust the server.</summary>
    public const string CertificateFile = "ca.pem";

    /// <summary>The file of its key.</summary>
    public const string KeyFile = "ca.key";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";
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
    /// <param name="directory">The data directory.</param>
    /// <param name="now">The present.</param>
    /// <param name="passphraseFile">The file of the passphrase; null for a secret that is generated beside the key.</param>
    /// <exception cref="ConfigurationException">Its files are unreadable, or only one of them is there.</exception>
    public static CertificateAuthority LoadOrCreate(string directory, DateTimeOffset now, string? passphraseFile = null)
    {
        var (certificateFile, keyFile) = (Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile));
        try
        {
            var (isCertified, hasKey) = (File.Exists(certificateFile), File.Exists(keyFile));
            if (isCertified != hasKey)
                throw new ConfigurationException($"{(hasKey ? certificateFile : keyFile)} is missing; expected the authority's certificate and key, or neither file");
            var protection = KeyProtection.Open(directory, passphraseFile, hasKey);
            if (!hasKey)
                Create(certificateFile, keyFile, protection, now);
            var (certificate, key) = (X509CertificateLoader.LoadCertificateFromFile(certificateFile), protection.Load(keyFile));
            return certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())
                ? new(certificate, key)
                : throw new ConfigurationException($"{keyFile} is not the key of {certificateFile}; expected the two that were made together");
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

        using var issued = Issue("edgecontrol", new PublicKey(key), alternatives, ServerAuthentication, NewSerial(), now, lifetime);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A client certificate for a key that its owner keeps.</summary>
    /// <param name="key">The public key.</param>
    /// <param name="id">The SPIFFE id.</param>
    /// <param name="serial">The serial number, from <see cref="NewSerial"/>.</param>
    /// <param name="now">The present.</param>
    /// <param name="lifetime">How long it is valid.</param>
    public X509Certificate2 IssueClient(PublicKey key, string id, ReadOnlySpan<byte> serial, DateTimeOffset now, TimeSpan lifetime)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddUri(new(id));
        return Issue(id[(id.LastIndexOf('/') + 1)..], key, alternatives, ClientAuthentication, serial, now, lifetime);
    }

    /// <summary>A certificate with a fresh key for whoever signs policies.</summary>
    public X509Certificate2 IssueSigner(string id, DateTimeOffset now, TimeSpan lifetime)
    {
        using var key = NewKey();
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddUri(new(id));
        using var issued = Issue("policy signer", new PublicKey(key), alternatives, CodeSigning, NewSerial(), now, lifetime);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A serial number that no other certificate has: 16 random bytes, positive and without a leading zero, so that DER keeps them as they are.</summary>
    public static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3f) | 0x40);
        return serial;
    }

    /// <summary>A new P-256 key.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static void Create(string certificateFile, string keyFile, KeyProtection protection, DateTimeOffset now)
    {
        using var key = NewKey();
        var request = new CertificateRequest("CN=EdgeAgent control plane CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - Skew, now.AddYears(10));
        protection.Save(keyFile, key);
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
    }

    private X509Certificate2 Issue(string name, PublicKey key, SubjectAlternativeNameBuilder alternatives, string usage, ReadOnlySpan<byte> serial, DateTimeOffset now, TimeSpan lifetime)
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
            serial);
    }
}
