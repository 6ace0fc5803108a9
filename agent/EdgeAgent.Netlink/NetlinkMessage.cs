namespace EdgeAgent.Netlink;

/// <summary>One received message: the fields of its nlmsghdr, and the bytes after it. Valid as long as the buffer that it was read from.</summary>
public readonly ref struct NetlinkMessage
{
    /// <summary>Bytes of struct nlmsghdr.</summary>
    public const int HeaderLength = 16;

    /// <summary>NLMSG_NOOP: to be ignored.</summary>
    public const ushort NoOperationType = 1;

    /// <summary>NLMSG_ERROR: an error, or with number 0 an acknowledgement.</summary>
    public const ushort ErrorType = 2;

    /// <summary>NLMSG_DONE: the end of a multi-part answer.</summary>
    public const ushort DoneType = 3;

    internal NetlinkMessage(ushort type, MessageFlags flags, uint sequence, uint portId, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Sequence = sequence;
        PortId = portId;
        Payload = payload;
    }

    /// <summary>nlmsg_type; below 16 a control message.</summary>
    public ushort Type { get; }

    /// <summary>nlmsg_flags.</summary>
    public MessageFlags Flags { get; }

    /// <summary>nlmsg_seq: the number of the request that this answers; 0 in most notifications.</summary>
    public uint Sequence { get; }

    /// <summary>nlmsg_pid: in an answer our own port, in a notification the port whose request caused it.</summary>
    public uint PortId { get; }

    /// <summary>The bytes after the header, without the padding at the end.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The attributes after a family header of the given length.</summary>
    /// <exception cref="NetlinkException">The message is shorter than that header.</exception>
    public AttributeReader Attributes(int familyHeaderLength)
    {
        if (Payload.Length < familyHeaderLength)
            throw NetlinkException.Malformed($"message type 0x{Type:x4} has {Payload.Length} bytes, its family header needs {familyHeaderLength}");
        return new AttributeReader(Payload[familyHeaderLength..]);
    }
}
