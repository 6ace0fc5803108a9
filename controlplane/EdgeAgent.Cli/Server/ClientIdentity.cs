using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.Wire;

namespace EdgeAgent.Cli.Server;

/// <summary>Text in PEM, and what errors call it.</summary>
internal readonly record struct PemText(string Where, string Text);

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

    /// <summary>Reads what is given.</summary>
    /// <exception cref="CommandFailure">One of the texts is not what it should be, or only one of certificate and key is given.</exception>
    public static ClientIdentity Read(PemText? authorities, PemText? certificate, PemText? key)
    {
        if (certificate is null != key is null)
            throw CommandFailure.BadInput($"{(certificate ?? key)!.Value.Where}: a certificate without its key, or a key without its certificate; expected both, or neither");
        return new(
            authorities is { } roots ? Load(roots, "certificates in PEM", () => Certificates(roots.Text)) : null,
            certificate is { } own ? Load(own, "a certificate in PEM and its key", () => X509Certificate2.CreateFromPem(own.Text, key!.Value.Text)) : null,
            certificate is { } chain ? Load(chain, "certificates in PEM", () => Certificates(chain.Text)) : null);
    }

    /// <summary>What the TLS handshake is made with.</summary>
    public SslClientAuthenticationOptions ToOptions() => new()
    {
        ClientCertificateContext = _certificate is null ? null : SslStreamCertificateContext.Create(_certificate, _chain, offline: true),
        CertificateChainPolicy = _authorities is null ? null : OnlyAuthorities.ToPolicy(_authorities, ignoreTime: false),
    };

    private static X509Certificate2Collection Certificates(string text)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is no certificate in it");
    }

    private static T Load<T>(PemText source, string expected, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CryptographicException e)
        {
            throw CommandFailure.BadInput($"{source.Where}: {e.Message.TrimEnd('.')}; expected {expected}");
        }
    }
}
