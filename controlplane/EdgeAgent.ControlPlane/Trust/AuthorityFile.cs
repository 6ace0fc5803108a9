using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// The authorities in a data directory: one file that only the control plane reads, replaced as one, and beside it their certificates for
/// people's tools, which are written anew from it.
/// </summary>
internal sealed class AuthorityFile(string directory, string? passphraseFile)
{
    private const string Expected = "expected the authorities of this directory, or neither ca.pem nor ca.key";

    private readonly string _certificates = Path.Combine(directory, "ca.pem");
    private readonly string _keys = Path.Combine(directory, "ca.key");

    /// <summary>The authorities of a directory, made where there are none, without a store that knows of others.</summary>
    /// <exception cref="ConfigurationException">Its files are unreadable, or only one of them is there.</exception>
    public static AuthoritySet LoadOrCreate(string directory, DateTimeOffset now, string? passphraseFile = null)
    {
        var file = new AuthorityFile(directory, passphraseFile);
        var protection = file.OpenProtection(mayCreate: true);
        return file.Load(protection) ?? file.Create(protection, now);
    }

    /// <summary>What keeps the keys.</summary>
    /// <param name="mayCreate">Whether a missing secret may be made, since nothing outside of the directory is kept by one.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or is missing.</exception>
    public KeyProtection OpenProtection(bool mayCreate) => Guarded(() =>
        KeyProtection.Open(directory, passphraseFile, mayCreate && !(File.Exists(_keys) && KeyProtection.IsEncrypted(File.ReadAllText(_keys)))));

    /// <summary>The authorities in the directory; null for none.</summary>
    /// <exception cref="ConfigurationException">The files are unreadable, or only one of them is there.</exception>
    public AuthoritySet? Load(KeyProtection protection) => Guarded<AuthoritySet?>(() =>
    {
        if (!File.Exists(_keys))
            return File.Exists(_certificates) ? throw new ConfigurationException($"{_keys} is missing; {Expected}") : null;
        var text = File.ReadAllText(_keys);
        if (text.StartsWith('{'))
        {
            var set = AuthorityDocument.Read(text, _keys, protection);
            WriteCertificates(set);
            return set;
        }

        // As it was kept before there could be two.
        if (!File.Exists(_certificates))
            throw new ConfigurationException($"{_certificates} is missing; {Expected}");
        var key = protection.Decrypt(text, _keys);
        var only = AuthoritySet.First(
            CertificateAuthority.Of(X509CertificateLoader.LoadCertificateFromFile(_certificates), key), KeyProtection.IsEncrypted(text) ? text : protection.Encrypt(key));
        Save(only);
        return only;
    });

    /// <summary>A set of one new authority, kept.</summary>
    /// <exception cref="ConfigurationException">It cannot be written.</exception>
    public AuthoritySet Create(KeyProtection protection, DateTimeOffset now) => Guarded(() =>
    {
        var authority = CertificateAuthority.Create(now, out var key);
        var set = AuthoritySet.First(authority, protection.Encrypt(key));
        Save(set);
        return set;
    });

    /// <summary>Keeps a set: after a crash at any moment there is it, or the one before.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(AuthoritySet set)
    {
        PrivateFile.Write(_keys, AuthorityDocument.Write(set));
        WriteCertificates(set);
    }

    private void WriteCertificates(AuthoritySet set)
    {
        var text = string.Join('\n', set.Members.Select(member => member.Authority.Certificate.ExportCertificatePem()));
        if (File.Exists(_certificates) && File.ReadAllText(_certificates) == text)
            return;
        File.WriteAllText(_certificates + ".new", text);
        File.Move(_certificates + ".new", _certificates, overwrite: true);
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{_certificates}, {_keys}: {e.Message} ({Expected})");
        }
    }
}
