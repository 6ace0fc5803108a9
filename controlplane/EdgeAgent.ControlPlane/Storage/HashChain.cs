using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// The hash of one row of an append-only log: SHA-256 over the hash of the row before and the row's own fields, each with its length, so
/// that no row can be altered, left out or moved unseen.
/// </summary>
internal sealed class HashChain : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private HashChain(ReadOnlySpan<byte> previous) => _hash.AppendData(previous);

    /// <summary>What comes before the first row: 32 zero bytes.</summary>
    public static byte[] Beginning { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>Begins a row after the row with this hash.</summary>
    public static HashChain After(ReadOnlySpan<byte> previous) => new(previous);

    /// <summary>Adds a number.</summary>
    public HashChain Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Adds a text as it is stored, or its absence.</summary>
    public HashChain Add(string? text)
    {
        if (text is null)
            return Add(-1);
        var bytes = Encoding.UTF8.GetBytes(Statements.Storable(text));
        Add(bytes.Length);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>The hash of the row.</summary>
    public byte[] End() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
