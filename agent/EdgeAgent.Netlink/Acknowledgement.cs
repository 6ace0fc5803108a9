using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>The kernel's answer to one message (NLMSG_ERROR): success, or an error with what the extended acknowledgement adds.</summary>
/// <param name="Sequence">The number of the message that this is about.</param>
/// <param name="Errno">The error; <see cref="Errno.None"/> is success.</param>
/// <param name="KernelText">NLMSGERR_ATTR_MSG, or what is missing (NLMSGERR_ATTR_MISS_TYPE), or null.</param>
/// <param name="AttributeOffset">NLMSGERR_ATTR_OFFS: bytes from the start of the message to the attribute at fault, or null.</param>
public readonly record struct Acknowledgement(uint Sequence, Errno Errno, string? KernelText, int? AttributeOffset)
{
    private const MessageFlags Capped = (MessageFlags)0x100, HasAttributes = (MessageFlags)0x200;
    private const ushort TextAttribute = 1, OffsetAttribute = 2, MissingTypeAttribute = 5;

    /// <summary>True if this reports success.</summary>
    public bool Succeeded => Errno == Errno.None;

    /// <summary>This answer as the error of an operation.</summary>
    /// <param name="operation">What was attempted, in words.</param>
    /// <param name="failedMessage">Which message of it this is about, in words, if it has several.</param>
    public NetlinkException ToException(string operation, string? failedMessage = null) => new(operation, Errno, KernelText, failedMessage, AttributeOffset);

    /// <summary>Reads an NLMSG_ERROR message.</summary>
    /// <exception cref="NetlinkException">EBADMSG: too short, or its lengths do not fit.</exception>
    public static Acknowledgement Read(NetlinkMessage message)
    {
        var payload = message.Payload;
        if (payload.Length < 4)
            throw NetlinkException.Malformed($"an acknowledgement has {payload.Length} bytes, expected at least 4");

        var error = MemoryMarshal.Read<int>(payload);
        var sequence = message.Sequence;
        string? text = null;
        int? offset = null;
        if ((message.Flags & HasAttributes) != 0)
        {
            var attributes = new AttributeReader(AfterEchoedRequest(payload[4..], (message.Flags & Capped) != 0 || error == 0));
            while (attributes.MoveNext())
            {
                switch (attributes.Type)
                {
                    case TextAttribute:
                        text = attributes.AsString();
                        break;
                    case OffsetAttribute:
                        offset = (int)Math.Min(attributes.AsUInt32(), int.MaxValue);
                        break;
                    case MissingTypeAttribute:
                        text ??= $"attribute {attributes.AsUInt32()} is missing";
                        break;
                }
            }
        }

        // The kernel sends -errno; anything else is as hostile as a huge number.
        return new Acknowledgement(sequence, error is <= 0 and > int.MinValue ? (Errno)(-error) : (Errno)(error & int.MaxValue), text, offset);
    }

    private static ReadOnlySpan<byte> AfterEchoedRequest(ReadOnlySpan<byte> echoed, bool headerOnly)
    {
        if (echoed.Length < NetlinkMessage.HeaderLength)
            throw NetlinkException.Malformed($"an acknowledgement echoes {echoed.Length} bytes of a request, expected at least {NetlinkMessage.HeaderLength}");
        var length = headerOnly ? NetlinkMessage.HeaderLength : MemoryMarshal.Read<uint>(echoed);
        if (length < NetlinkMessage.HeaderLength || length > (uint)echoed.Length)
            throw NetlinkException.Malformed($"an acknowledgement claims to echo {length} bytes, it has {echoed.Length}");
        return echoed[Math.Min(Alignment.Up((int)length), echoed.Length)..];
    }
}
