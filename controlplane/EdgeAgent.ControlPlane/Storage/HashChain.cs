using System.Buffers;
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
    // Rows are short, but for revisions, and hashing one in one go costs less than field by field.
    private const int Room = 512;

    private readonly byte[] _fields = ArrayPool<byte>.Shared.Rent(Room);
    private int _length;
    private IncrementalHash? _before;

    private HashChain(ReadOnlySpan<byte> previous) => Append(previous);

    /// <summary>What comes before the first row: 32 zero bytes.</summary>
    public static byte[] Beginning { get; } = new byte[SHA256.HashSizeInBytes];

    private Span<byte> Fields => _fields.AsSpan(0, _length);

    private Span<byte> Free => _fields.AsSpan(_length);

    /// <summary>Begins a row after the row with this hash.</summary>
    public static HashChain After(ReadOnlySpan<byte> previous) => new(previous);

    /// <summary>Adds a number.</summary>
    public HashChain Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        Append(bytes);
        return this;
    }

    /// <summary>Adds a text as it is stored, or its absence.</summary>
    public HashChain Add(string? text)
    {
        if (text is null)
            return Add(-1);
        var stored = Statements.Storable(text);
        Add(Encoding.UTF8.GetByteCount(stored));
        if (Encoding.UTF8.TryGetBytes(stored, Free, out var written))
            _length += written;
        else
            Append(Encoding.UTF8.GetBytes(stored));
        return this;
    }

    /// <summary>The hash of the row.</summary>
    public byte[] End()
    {
        if (_before is null)
            return SHA256.HashData(Fields);
        _before.AppendData(Fields);
        return _before.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _before?.Dispose();
        ArrayPool<byte>.Shared.Return(_fields);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.TryCopyTo(Free))
        {
            _length += bytes.Length;
            return;
        }

        _before ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _before.AppendData(Fields);
        _before.AppendData(bytes);
        _length = 0;
    }
}
