using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>What the server shows its callers, what it signs policies with, and which authorities it believes: the operator's files, or the embedded authority.</summary>
internal sealed class ServerCertificates : IDisposable
{
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan SignerLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(5);

    private readonly Lock _renewing = new();
    private readonly X509Certificate2Collection _chain = [];
    private readonly X509Certificate2Collection _clientAuthorities = [];
    private readonly string[] _names;
    private readonly string _signerId;
    private readonly TimeProvider _time;
    private X509Certificate2 _server;
    private SslStreamCertificateContext? _context;
    private X509Certificate2 _signer;

    private ServerCertificates(ServerConfiguration configuration, TimeProvider time)
    {
        _time = time;
        _signerId = RevisionSignature.SignerOf(configuration.TrustDomain);
        _names = [.. configuration.ServerNames, "localhost", "127.0.0.1", "::1", Dns.GetHostName(), .. AddressNames(configuration.Listen.Address)];
        if (configuration.Certificates is { } files)
        {
            _server = LoadFiles(files);
            _signer = LoadSigner(files);
            return;
        }

        Authority = CertificateAuthority.LoadOrCreate(configuration.DataDirectory, time.GetUtcNow(), configuration.PassphraseFile);
        _clientAuthorities.Add(Authority.Certificate);
        _server = Usable(Authority.IssueServer(_names, time.GetUtcNow(), ServerLifetime));
        _signer = Authority.IssueSigner(_signerId, time.GetUtcNow(), SignerLifetime);
    }

    /// <summary>The embedded authority; null with the operator's own certificates.</summary>
    public CertificateAuthority? Authority { get; }

    /// <summary>
    /// The certificate of the key that signs policies, with the key. The embedded authority issues a new one for each start, and before the
    /// present one ends; the key is never on disk.
    /// </summary>
    public X509Certificate2 Signer
    {
        get
        {
            lock (_renewing)
            {
                if (Authority is not null && IsOld(_signer, _time.GetUtcNow()))
                    _signer = Authority.IssueSigner(_signerId, _time.GetUtcNow(), SignerLifetime);
                return _signer;
            }
        }
    }

    /// <summary>Loads or makes all that TLS needs.</summary>
    /// <exception cref="ConfigurationException">A file is missing or not what it should be.</exception>
    public static ServerCertificates Load(ServerConfiguration configuration, TimeProvider time) => new(configuration, time);

    /// <summary>
    /// Sets the server side of TLS. A client may come without certificate, for enrolment; one that it brings must lead to an authority that is
    /// believed, and what it may call is decided per call.
    /// </summary>
    public void Configure(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.HandshakeTimeout = HandshakePatience;
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.ServerCertificateSelector = (_, _) => Current();
        https.ServerCertificateChain = _chain;
        // Times are looked at for each call, so that a host whose certificate ended is told so rather than cut off.
        https.OnAuthenticate = (_, options) =>
        {
            options.CertificateChainPolicy = OnlyAuthorities.ToPolicy(_clientAuthorities, ignoreTime: true);

            // One context for all connections: a selected certificate would make OpenSSL's anew for each, which costs a connection memory
            // and time, and no session could be resumed.
            options.ServerCertificateContext = CurrentContext();
            options.ServerCertificateSelectionCallback = null;
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _signer.Dispose();
        Authority?.Dispose();
    }

    private static IEnumerable<string> AddressNames(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? [] : [address.ToString()];

    // SslStream on Linux wants the key in a form that only PKCS#12 import gives it.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private X509Certificate2 LoadFiles(CertificateFiles files)
    {
        try
        {
            _clientAuthorities.ImportFromPemFile(files.ClientAuthorities);
            if (_clientAuthorities.Count == 0)
                throw new ConfigurationException($"{files.ClientAuthorities}: no certificate; expected the authorities of clients in PEM");
            _chain.ImportFromPemFile(files.Certificate);
            return Usable(X509Certificate2.CreateFromPemFile(files.Certificate, files.Key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{files.Certificate}, {files.Key}, {files.ClientAuthorities}: {e.Message} (expected certificates and a key in PEM)");
        }
    }

    private SslStreamCertificateContext CurrentContext()
    {
        var certificate = Current();
        lock (_renewing)
            return _context is { } made && made.TargetCertificate == certificate ? made : _context = SslStreamCertificateContext.Create(certificate, _chain, offline: true);
    }

    private X509Certificate2 LoadSigner(CertificateFiles files)
    {
        try
        {
            var signer = X509Certificate2.CreateFromPemFile(files.SigningCertificate, files.SigningKey);
            using var key = signer.GetECDsaPrivateKey();
            return CertificateId.TryRead(signer, out var id) && id == _signerId && key is { KeySize: 256 }
                ? signer
                : throw new ConfigurationException($"{files.SigningCertificate}: a certificate for '{id ?? signer.Subject}'; expected one with a P-256 key whose one URI is {_signerId}, which hosts take policies by");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{files.SigningCertificate}, {files.SigningKey}: {e.Message} (expected the certificate and the key that sign policies, in PEM)");
        }
    }

    private X509Certificate2 Current()
    {
        if (Authority is null)
            return _server;
        lock (_renewing)
        {
            if (IsOld(_server, _time.GetUtcNow()))
                _server = Usable(Authority.IssueServer(_names, _time.GetUtcNow(), ServerLifetime));
            return _server;
        }
    }

    /// <summary>Whether two thirds of a certificate's life are over.</summary>
    public static bool IsOld(X509Certificate2 certificate, DateTimeOffset now) =>
        now - certificate.NotBefore > (certificate.NotAfter - certificate.NotBefore) * 2 / 3;
}
