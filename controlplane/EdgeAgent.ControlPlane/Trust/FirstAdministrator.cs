using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.Wire;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// How the first person gets in: a context of an administrator in the data directory, which only the control plane's own user can read.
/// Whoever reads that directory has the authority's key beside it, so the context gives nobody anything new.
/// </summary>
internal static class FirstAdministrator
{
    /// <summary>The file of the context.</summary>
    public const string File = "admin.context";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>Writes the context where there is none, or it is old or of another address.</summary>
    /// <param name="configuration">How the server runs.</param>
    /// <param name="authorities">Who issues the certificate, and whom to trust.</param>
    /// <param name="port">The port in use.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(ServerConfiguration configuration, AuthoritySet authorities, int port, DateTimeOffset now)
    {
        var path = Path.Combine(configuration.DataDirectory, File);
        var server = new UriBuilder(Uri.UriSchemeHttps, HostOf(configuration), port).Uri.GetLeftPart(UriPartial.Authority);
        var present = Read(path);
        if (present is not null && IsFresh(present, authorities, now))
        {
            if (present.Server != server)
                PrivateFile.Write(path, (present with { Server = server }).ToJson());
            return;
        }

        using var key = CertificateAuthority.NewKey();
        using var certificate = authorities.Issuing.IssueClient(
            new PublicKey(key), SpiffeId.OfAdministrator(configuration.TrustDomain, "first"), CertificateAuthority.NewSerial(), now, Lifetime);
        PrivateFile.Write(path, new ClientContext
        {
            Server = server,
            Authorities = PemOf(authorities),
            Certificate = certificate.ExportCertificatePem(),
            Key = key.ExportPkcs8PrivateKeyPem(),
        }.ToJson());
    }

    private static string HostOf(ServerConfiguration configuration) =>
        configuration.ServerNames is [var first, ..] ? first
        : IPAddress.Any.Equals(configuration.Listen.Address) || IPAddress.IPv6Any.Equals(configuration.Listen.Address) ? Dns.GetHostName()
        : configuration.Listen.Address.ToString();

    private static ClientContext? Read(string path)
    {
        try
        {
            return System.IO.File.Exists(path) ? ClientContext.Parse(System.IO.File.ReadAllText(path)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string PemOf(AuthoritySet authorities) => string.Join('\n', authorities.Members.Select(member => member.Authority.Certificate.ExportCertificatePem()));

    private static bool IsFresh(ClientContext context, AuthoritySet authorities, DateTimeOffset now)
    {
        if (context.Certificate is null || context.Key is null || context.Authorities != PemOf(authorities))
            return false;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(context.Certificate, context.Key);
            return !ServerCertificates.IsOld(certificate, now) && authorities.IssuerOf(certificate) == authorities.Issuing;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
