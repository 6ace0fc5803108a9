using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>Walks the messages of one received datagram. Never reads outside it, whatever the bytes say.</summary>
public ref struct MessageReader
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="datagram">What one receive call returned.</param>
    public MessageReader(ReadOnlySpan<byte> datagram)
    {
        _rest = datagram;
        Current = default;
    }

    /// <summary>The message that the last <see cref="MoveNext"/> found.</summary>
    public NetlinkMessage Current { get; private set; }

    /// <summary>Goes to the next message; false at the end.</summary>
    /// <exception cref="NetlinkException">EBADMSG: a header is cut short, or its length is below 16 or beyond the datagram.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < NetlinkMessage.HeaderLength)
            throw NetlinkException.Malformed($"{_rest.Length} bytes are left, a message header needs {NetlinkMessage.HeaderLength}");

        var length = MemoryMarshal.Read<uint>(_rest);
        if (length < NetlinkMessage.HeaderLength || length > (uint)_rest.Length)
            throw NetlinkException.Malformed($"a message claims {length} bytes of the {_rest.Length} that are left");

        Current = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(_rest[4..]),
            (MessageFlags)MemoryMarshal.Read<ushort>(_rest[6..]),
            MemoryMarshal.Read<uint>(_rest[8..]),
            MemoryMarshal.Read<uint>(_rest[12..]),
            _rest[NetlinkMessage.HeaderLength..(int)length]);
        _rest = _rest[Math.Min(Alignment.Up((int)length), _rest.Length)..];
        return true;
    }
}
