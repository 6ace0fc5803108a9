using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Netlink;

/// <summary>Walks a row of attributes (struct nlattr). Never reads outside its bytes; every getter checks the length that it needs.</summary>
public ref struct AttributeReader
{
    /// <summary>Bytes of struct nlattr.</summary>
    public const int HeaderLength = 4;

    private const ushort TypeMask = 0x3fff;
    private ReadOnlySpan<byte> _rest;

    /// <param name="attributes">The payload of a message after its family header, or of a nested attribute.</param>
    public AttributeReader(ReadOnlySpan<byte> attributes)
    {
        _rest = attributes;
        Value = default;
        Type = 0;
    }

    /// <summary>The number of the current attribute, without the NESTED and NET_BYTEORDER bits.</summary>
    public ushort Type { get; private set; }

    /// <summary>The current attribute's payload, without padding.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Bytes after the current attribute and its padding.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Goes to the next attribute; false at the end.</summary>
    /// <exception cref="NetlinkException">EBADMSG: a header is cut short, or its length is below 4 or beyond the end.</exception>
    public bool MoveNext()
    {
        // Up to three bytes of padding may trail the last attribute.
        if (_rest.Length < HeaderLength)
        {
            if (_rest.IsEmpty || _rest.IndexOfAnyExcept((byte)0) < 0)
                return false;
            throw NetlinkException.Malformed($"{_rest.Length} bytes are left, an attribute header needs {HeaderLength}");
        }

        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderLength || length > _rest.Length)
            throw NetlinkException.Malformed($"an attribute claims {length} bytes of the {_rest.Length} that are left");

        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask);
        Value = _rest[HeaderLength..length];
        _rest = _rest[Math.Min(Alignment.Up(length), _rest.Length)..];
        return true;
    }

    /// <summary>The attributes inside the current one.</summary>
    public readonly AttributeReader Nested() => new(Value);

    /// <summary>The payload as one byte.</summary>
    public readonly byte AsByte() => Exactly(1)[0];

    /// <summary>The payload as a 16-bit number in network byte order.</summary>
    public readonly ushort AsUInt16BigEndian() => BinaryPrimitives.ReadUInt16BigEndian(Exactly(2));

    /// <summary>The payload as a 32-bit number in network byte order.</summary>
    public readonly uint AsUInt32BigEndian() => BinaryPrimitives.ReadUInt32BigEndian(Exactly(4));

    /// <summary>The payload as a 64-bit number in network byte order.</summary>
    public readonly ulong AsUInt64BigEndian() => BinaryPrimitives.ReadUInt64BigEndian(Exactly(8));

    /// <summary>The payload as a 16-bit number in this machine's byte order.</summary>
    public readonly ushort AsUInt16() => MemoryMarshal.Read<ushort>(Exactly(2));

    /// <summary>The payload as a 32-bit number in this machine's byte order.</summary>
    public readonly uint AsUInt32() => MemoryMarshal.Read<uint>(Exactly(4));

    /// <summary>The payload as text, up to the first NUL if there is one. Bytes that are not UTF-8 become U+FFFD.</summary>
    public readonly string AsString()
    {
        var end = Value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }

    private readonly ReadOnlySpan<byte> Exactly(int length) => Value.Length == length
        ? Value
        : throw NetlinkException.Malformed($"attribute {Type} has {Value.Length} bytes, expected {length}");
}
