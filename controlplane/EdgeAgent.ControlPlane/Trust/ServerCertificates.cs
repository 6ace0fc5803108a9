using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>What the server shows its callers, what it signs policies with, and which authorities it believes: the operator's files, or the embedded authorities.</summary>
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
    private readonly Dictionary<Digest, X509Certificate2> _signers = [];
    private readonly X509Certificate2? _ownSigner;
    private AuthorityMember? _issuer;
    private X509Certificate2? _server;
    private SslStreamCertificateContext? _context;

    private ServerCertificates(ServerConfiguration configuration, AuthorityTable table, TimeProvider time)
    {
        _time = time;
        _signerId = RevisionSignature.SignerOf(configuration.TrustDomain);
        _names = [.. configuration.ServerNames, "localhost", "127.0.0.1", "::1", Dns.GetHostName(), .. AddressNames(configuration.Listen.Address)];
        if (configuration.Certificates is { } files)
            (_server, _ownSigner) = (LoadFiles(files), LoadSigner(files));
        else
            Authorities = Authorities.Open(configuration, table, time.GetUtcNow());
    }

    /// <summary>The embedded authorities; null with the operator's own certificates.</summary>
    public Authorities? Authorities { get; }

    /// <summary>
    /// The certificate of the key that signs policies for hosts whose own certificates are of an authority, with the key. An embedded
    /// authority issues a new one for each start, and before the present one ends; the key is never on disk.
    /// </summary>
    /// <param name="authority">The authority's pin; none, or one that is not in use any more, for the one that issues.</param>
    public X509Certificate2 SignerOf(Digest authority = default)
    {
        if (Authorities is null)
            return _ownSigner!;
        var set = Authorities.Current;
        var issuer = set.Other is { } other && other.Authority.Pin == authority ? other.Authority : set.Issuing;
        lock (_renewing)
        {
            if (!_signers.TryGetValue(issuer.Pin, out var signer) || IsOld(signer, _time.GetUtcNow()))
                _signers[issuer.Pin] = signer = issuer.IssueSigner(_signerId, _time.GetUtcNow(), SignerLifetime);
            return signer;
        }
    }

    /// <summary>Loads or makes all that TLS needs.</summary>
    /// <exception cref="ConfigurationException">A file is missing or not what it should be.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static ServerCertificates Load(ServerConfiguration configuration, AuthorityTable table, TimeProvider time) => new(configuration, table, time);

    /// <summary>
    /// Sets the server side of TLS. A client may come without certificate, for enrolment; one that it brings must lead to an authority that is
    /// known, and what it may call is decided per call.
    /// </summary>
    public void Configure(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.HandshakeTimeout = HandshakePatience;
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.ServerCertificateSelector = (_, _) => CurrentContext().TargetCertificate;
        // Times and retired authorities are looked at for each call, so that a host whose certificate ended is told so rather than cut off.
        https.OnAuthenticate = (_, options) =>
        {
            options.CertificateChainPolicy = OnlyAuthorities.ToPolicy(Authorities?.Current.Recognized ?? _clientAuthorities, ignoreTime: true);

            // One context for all connections: a selected certificate would make OpenSSL's anew for each, which costs a connection memory
            // and time, and no session could be resumed.
            options.ServerCertificateContext = CurrentContext();
            options.ServerCertificateSelectionCallback = null;
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server?.Dispose();
        _ownSigner?.Dispose();
        foreach (var signer in _signers.Values)
            signer.Dispose();
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

    // Who knows the other authority alone, or the one before, is shown by it that this one's key is good.
    private SslStreamCertificateContext CurrentContext()
    {
        lock (_renewing)
        {
            if (Authorities?.Current.Members[0] is { } issuer && (_issuer != issuer || IsOld(_server!, _time.GetUtcNow())))
                (_issuer, _server, _context) = (issuer, Usable(issuer.Authority.IssueServer(_names, _time.GetUtcNow(), ServerLifetime)), null);
            return _context ??= SslStreamCertificateContext.Create(_server!, _issuer is { } member ? [.. member.Cross] : _chain, offline: true);
        }
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

    /// <summary>Whether two thirds of a certificate's life are over.</summary>
    public static bool IsOld(X509Certificate2 certificate, DateTimeOffset now) =>
        now - certificate.NotBefore > (certificate.NotAfter - certificate.NotBefore) * 2 / 3;
}
