using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EdgeAgent.Netlink;

/// <summary>Writes one message into a <see cref="MessageBuffer"/>; <see cref="Dispose"/> sets its length. Nothing here allocates.</summary>
public readonly ref struct MessageWriter
{
    private const ushort NestedBit = 0x8000;
    private readonly MessageBuffer _buffer;

    internal MessageWriter(MessageBuffer buffer, int start)
    {
        _buffer = buffer;
        Start = start;
    }

    /// <summary>Where in the buffer this message begins.</summary>
    public int Start { get; }

    /// <summary>Bytes of this message so far, header included.</summary>
    public int Length => _buffer.Length - Start;

    /// <summary>The next bytes of the message, zeroed: a family header or another fixed structure, padded to four.</summary>
    public Span<byte> Fixed(int length)
    {
        var span = _buffer.Take(Alignment.Up(length));
        span.Clear();
        return span[..length];
    }

    /// <summary>An attribute whose payload the caller fills in; the span is zeroed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The attribute would exceed 65,535 bytes.</exception>
    public Span<byte> Reserve(ushort type, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue - AttributeReader.HeaderLength);
        var span = _buffer.Take(AttributeReader.HeaderLength + Alignment.Up(length));
        span.Clear();
        MemoryMarshal.Write(span, (ushort)(AttributeReader.HeaderLength + length));
        MemoryMarshal.Write(span[2..], type);
        return span.Slice(AttributeReader.HeaderLength, length);
    }

    /// <summary>An attribute with these bytes.</summary>
    public void Put(ushort type, ReadOnlySpan<byte> payload) => payload.CopyTo(Reserve(type, payload.Length));

    /// <summary>An attribute without payload.</summary>
    public void PutFlag(ushort type) => Reserve(type, 0);

    /// <summary>An attribute of one byte.</summary>
    public void PutByte(ushort type, byte value) => Reserve(type, 1)[0] = value;

    /// <summary>A 16-bit attribute in network byte order.</summary>
    public void PutUInt16BigEndian(ushort type, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(type, 2), value);

    /// <summary>A 32-bit attribute in network byte order.</summary>
    public void PutUInt32BigEndian(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(type, 4), value);

    /// <summary>A 64-bit attribute in network byte order.</summary>
    public void PutUInt64BigEndian(ushort type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(type, 8), value);

    /// <summary>A 16-bit attribute in this machine's byte order.</summary>
    public void PutUInt16(ushort type, ushort value) => MemoryMarshal.Write(Reserve(type, 2), value);

    /// <summary>A 32-bit attribute in this machine's byte order.</summary>
    public void PutUInt32(ushort type, uint value) => MemoryMarshal.Write(Reserve(type, 4), value);

    /// <summary>A text attribute: UTF-8 and a terminating NUL.</summary>
    public void PutString(ushort type, ReadOnlySpan<char> text)
    {
        var payload = Reserve(type, Encoding.UTF8.GetByteCount(text) + 1);
        Encoding.UTF8.GetBytes(text, payload);
    }

    /// <summary>Attributes that were encoded before, padding included; the copy may be filled in.</summary>
    /// <param name="encoded">A multiple of four bytes.</param>
    public Span<byte> PutEncoded(ReadOnlySpan<byte> encoded)
    {
        var span = _buffer.Take(encoded.Length);
        encoded.CopyTo(span);
        return span;
    }

    /// <summary>Opens a nested attribute; what is written until the result is disposed is inside it.</summary>
    public NestedAttribute Nest(ushort type)
    {
        var start = _buffer.Length;
        var header = _buffer.Take(AttributeReader.HeaderLength);
        header.Clear();
        MemoryMarshal.Write(header[2..], (ushort)(type | NestedBit));
        return new NestedAttribute(_buffer, start);
    }

    /// <summary>Ends the message: its length is written into its header.</summary>
    public void Dispose() => MemoryMarshal.Write(_buffer.From(Start), (uint)Length);
}
