using System.Security.Cryptography;
using System.Text;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>
/// Keeps a private key encrypted (PKCS#8 with PBKDF2 and AES-256). By default the secret is generated and lies beside the key, which
/// protects a key that leaves the machine alone, as in a backup that leaves the secret out, and nothing else: whoever reads the directory
/// has both. A passphrase from elsewhere, such as a systemd credential, protects a copy of the whole directory. Neither protects from
/// whoever is root on the running control plane.
/// </summary>
internal sealed class KeyProtection
{
    private const string SecretFile = "ca.secret";
    private const int SaltBytes = 16;

    // A person's passphrase is worth the wait (OWASP, Password Storage); 256 random bits are beyond guessing.
    private const int IterationsOfPassphrase = 600_000;
    private const int IterationsOfSecret = 1_000;

    private readonly string _passphrase;
    private readonly string _where;
    private readonly int _iterations;

    private KeyProtection(string passphrase, string where, int iterations) => (_passphrase, _where, _iterations) = (passphrase, where, iterations);

    /// <summary>Reads the passphrase, or the generated secret, which is made where there is none.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="passphraseFile">The file of the passphrase; null for the generated secret.</param>
    /// <param name="mayCreate">Whether nothing is kept yet that a new secret would not open.</param>
    /// <exception cref="ConfigurationException">The passphrase is empty, or the secret is missing.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static KeyProtection Open(string directory, string? passphraseFile, bool mayCreate)
    {
        if (passphraseFile is not null)
        {
            var passphrase = File.ReadAllText(passphraseFile).Trim();
            return passphrase.Length > 0
                ? new(passphrase, passphraseFile, IterationsOfPassphrase)
                : throw new ConfigurationException($"{passphraseFile}: an empty passphrase; expected one for the authority's key");
        }

        var path = Path.Combine(directory, SecretFile);
        if (!File.Exists(path))
        {
            if (!mayCreate)
                throw new ConfigurationException($"{path} is missing; expected the secret that opens the authority's key, that of the other control planes where several share a store, or tls.passphraseFile");
            PrivateFile.Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        }

        return new(File.ReadAllText(path).Trim(), path, IterationsOfSecret);
    }

    /// <summary>What the secret is read from.</summary>
    public string Where => _where;

    /// <summary>Whether a text holds an encrypted key.</summary>
    public static bool IsEncrypted(string text) => text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);

    /// <summary>A key in PEM that only the secret opens.</summary>
    public string Encrypt(ECDsa key) =>
        key.ExportEncryptedPkcs8PrivateKeyPem(_passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, _iterations));

    /// <summary>Reads a key, which may lie open.</summary>
    /// <param name="pem">The key.</param>
    /// <param name="where">What errors call it.</param>
    /// <exception cref="ConfigurationException">The secret does not open it, or it is no ECDSA key.</exception>
    public ECDsa Decrypt(string pem, string where)
    {
        var key = ECDsa.Create();
        try
        {
            if (IsEncrypted(pem))
                key.ImportFromEncryptedPem(pem, _passphrase);
            else
                key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ConfigurationException($"{where}: {e.Message.TrimEnd('.')} (expected the authority's ECDSA key, which {_where} opens)");
        }
    }

    /// <summary>Shows that whoever wrote a text knew the secret: a salt, and a code that depends on both (HMAC-SHA-256).</summary>
    public byte[] Seal(string text)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return [.. salt, .. CodeOf(salt, text)];
    }

    /// <summary>Whether a seal is that of a text.</summary>
    public bool IsSealed(string text, ReadOnlySpan<byte> seal) =>
        seal.Length > SaltBytes && CryptographicOperations.FixedTimeEquals(CodeOf(seal[..SaltBytes], text), seal[SaltBytes..]);

    private byte[] CodeOf(ReadOnlySpan<byte> salt, string text) => HMACSHA256.HashData(
        Rfc2898DeriveBytes.Pbkdf2(_passphrase, salt, _iterations, HashAlgorithmName.SHA256, HMACSHA256.HashSizeInBytes), Encoding.UTF8.GetBytes(text));
}
