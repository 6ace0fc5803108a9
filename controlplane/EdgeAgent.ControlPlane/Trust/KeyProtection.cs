using System.Security.Cryptography;
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
    /// <param name="hasKey">Whether a key is there, which a new secret would not open.</param>
    /// <exception cref="ConfigurationException">The passphrase is empty.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static KeyProtection Open(string directory, string? passphraseFile, bool hasKey)
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
            if (hasKey && IsEncrypted(File.ReadAllText(Path.Combine(directory, CertificateAuthority.KeyFile))))
                throw new ConfigurationException($"{path} is missing; expected the secret that opens the authority's key, or tls.passphraseFile");
            PrivateFile.Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        }

        return new(File.ReadAllText(path).Trim(), path, IterationsOfSecret);
    }

    /// <summary>Writes a key.</summary>
    public void Save(string path, ECDsa key) =>
        PrivateFile.Write(path, key.ExportEncryptedPkcs8PrivateKeyPem(_passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, _iterations)));

    /// <summary>Reads a key; one that lies open is encrypted on the way.</summary>
    /// <exception cref="ConfigurationException">The secret does not open it, or it is no ECDSA key.</exception>
    public ECDsa Load(string path)
    {
        var pem = File.ReadAllText(path);
        var key = ECDsa.Create();
        try
        {
            if (IsEncrypted(pem))
            {
                key.ImportFromEncryptedPem(pem, _passphrase);
            }
            else
            {
                key.ImportFromPem(pem);
                Save(path, key);
            }

            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ConfigurationException($"{path}: {e.Message.TrimEnd('.')} (expected the authority's ECDSA key, which {_where} opens)");
        }
    }

    private static bool IsEncrypted(string pem) => pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
}
