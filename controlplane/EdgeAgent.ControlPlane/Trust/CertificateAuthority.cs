using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// One embedded certificate authority: an ECDSA P-256 key and its certificate. It issues the server's certificate, that of the key which
/// signs policies, the first administrator's, and those of hosts.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // Certificates hold from a little before now, for hosts whose clocks are behind.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    private readonly ECDsa _key;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key) => (Certificate, _key, Pin) = (certificate, key, PinOf(certificate));

    /// <summary>The authority's own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>SHA-256 of its public key, which tokens name it by.</summary>
    public Digest Pin { get; }

    /// <summary>What tokens name an authority by.</summary>
    public static Digest PinOf(X509Certificate2 certificate) => Digest.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Puts an authority together.</summary>
    /// <exception cref="CryptographicException">The key is another one's.</exception>
    public static CertificateAuthority Of(X509Certificate2 certificate, ECDsa key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())
            ? new(certificate, key)
            : throw new CryptographicException("the key is not the certificate's");

    /// <summary>A new authority.</summary>
    /// <param name="now">The present.</param>
    /// <param name="key">Its key, for whoever keeps it.</param>
    public static CertificateAuthority Create(DateTimeOffset now, out ECDsa key)
    {
        key = NewKey();

        // All have one name: what one says of another's key is then self-issued (RFC 5280, 3.2), and counts for no step of a path.
        var request = new CertificateRequest("CN=EdgeAgent control plane CA", key, HashAlgorithmName.SHA256);
        AddConstraints(request);
        using var certificate = request.CreateSelfSigned(now - Skew, now.AddYears(10));
        return new(X509CertificateLoader.LoadCertificate(certificate.RawData), key);
    }

    /// <summary>Says that another authority's key is good, to those who know this one alone.</summary>
    public X509Certificate2 VouchFor(CertificateAuthority other)
    {
        var request = new CertificateRequest(other.Certificate.SubjectName, other.Certificate.PublicKey, HashAlgorithmName.SHA256);
        AddConstraints(request);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var (mine, its) = (Certificate, other.Certificate);
        return request.Create(
            mine.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_key),
            mine.NotBefore > its.NotBefore ? mine.NotBefore : its.NotBefore,
            mine.NotAfter < its.NotAfter ? mine.NotAfter : its.NotAfter,
            NewSerial());
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

    private static void AddConstraints(CertificateRequest request)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
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
