using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EdgeAgent.Daemon;

/// <summary>Walks over the bytes of one message (RFC 1035, 4.1) and never leaves them.</summary>
public ref struct DnsReader(ReadOnlySpan<byte> message)
{
    private const int LongestName = 255, MostJumps = 64;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Where the next field begins.</summary>
    public int Position { get; private set; }

    /// <summary>A number of two bytes.</summary>
    /// <exception cref="DnsException">The message ends before.</exception>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>A number of four bytes.</summary>
    /// <exception cref="DnsException">The message ends before.</exception>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Some bytes.</summary>
    /// <exception cref="DnsException">The message ends before.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _message.Length - Position)
            throw new DnsException($"the answer of {_message.Length} bytes ends within a field at byte {Position}");
        var bytes = _message.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Goes to a place.</summary>
    /// <exception cref="DnsException">It is behind the end of the message.</exception>
    public void MoveTo(int position)
    {
        if (position > _message.Length)
            throw new DnsException($"a record ends at byte {position} of an answer of {_message.Length} bytes");
        Position = position;
    }

    /// <summary>
    /// A name in lower case without the dot of the root; bytes that no name of a host has stand as <c>\DDD</c>. Its end may lie
    /// elsewhere in the message, but only before what refers to it, so that no name goes on for ever.
    /// </summary>
    /// <exception cref="DnsException">It is malformed, or too long.</exception>
    public string ReadName()
    {
        var text = new StringBuilder();
        var (at, end, start, octets) = (Position, -1, Position, 1);
        for (var jumps = 0; ;)
        {
            var length = At(at++);
            if (length == 0)
                break;
            if (length >= 0xC0)
            {
                var target = ((length & 0x3F) << 8) | At(at++);
                if (end < 0)
                    end = at;
                if (target >= start || ++jumps > MostJumps)
                    throw new DnsException($"the name at byte {Position} refers to byte {target}, which is not before it");
                at = start = target;
                continue;
            }

            if (length > 63)
                throw new DnsException($"the name at byte {Position} has a label of an unknown kind");
            if ((octets += length + 1) > LongestName)
                throw new DnsException($"the name at byte {Position} is longer than {LongestName} bytes");
            if (text.Length > 0)
                text.Append('.');
            for (var i = 0; i < length; i++)
                Append(text, At(at++));
        }

        Position = end < 0 ? at : end;
        return text.ToString();
    }

    private static void Append(StringBuilder text, byte octet)
    {
        var c = char.ToLowerInvariant((char)octet);
        if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            text.Append(c);
        else
            text.Append(CultureInfo.InvariantCulture, $"\\{octet:000}");
    }

    private readonly byte At(int position) =>
        position < _message.Length ? _message[position] : throw new DnsException($"the answer of {_message.Length} bytes ends within the name at byte {Position}");
}
