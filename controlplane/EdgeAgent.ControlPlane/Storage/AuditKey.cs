using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeAgent.ControlPlane.Trust;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// The key that signs the heads of the logs: ECDSA over P-256 (FIPS 186-5). Who can write the store but not read the key can
/// neither cut a log nor make it anew unseen.
/// </summary>
internal sealed class AuditKey : IDisposable
{
    /// <summary>The file's name within the data directory.</summary>
    public const string Name = "audit-key.pem";

    private readonly ECDsa _key;

    private AuditKey(ECDsa key, bool isNew) => (_key, IsNew) = (key, isNew);

    /// <summary>Whether there was none before.</summary>
    public bool IsNew { get; }

    /// <summary>The public half, SubjectPublicKeyInfo in DER.</summary>
    public byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    /// <summary>Opens the key of a data directory, and makes it where there is none.</summary>
    /// <exception cref="StoreException">It cannot be read or made.</exception>
    public static AuditKey Open(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        try
        {
            if (File.Exists(path))
            {
                var kept = ECDsa.Create();
                kept.ImportFromPem(File.ReadAllText(path));
                return new(kept, false);
            }

            var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFile.Write(path, made.ExportPkcs8PrivateKeyPem());
            return new(made, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new StoreException(StoreFailure.Failed, $"{path}: {e.Message} (expected the private key that signs the audit log, in PEM)", e);
        }
    }

    /// <summary>Signs a head.</summary>
    public byte[] Sign(string log, long number, ReadOnlySpan<byte> hash) => _key.SignData(Content(log, number, hash), HashAlgorithmName.SHA256);

    /// <summary>Whether a head was signed with this key.</summary>
    public bool Signed(string log, long number, ReadOnlySpan<byte> hash, byte[] signature) => _key.VerifyData(Content(log, number, hash), signature, HashAlgorithmName.SHA256);

    /// <summary>What is signed: a line with the name of the log, the number of its last row and that row's hash.</summary>
    public static byte[] Content(string log, long number, ReadOnlySpan<byte> hash) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"edgeagent audit head 1 {log} {number} {Convert.ToHexStringLower(hash)}\n"));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
