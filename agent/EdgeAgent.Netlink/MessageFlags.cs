namespace EdgeAgent.Netlink;

/// <summary>nlmsg_flags of linux/netlink.h. Bits from 0x100 up mean one thing in a "get" and another in a "new" request.</summary>
[Flags]
public enum MessageFlags : ushort
{
    None = 0,
    Request = 0x1,
    Multi = 0x2,
    Acknowledge = 0x4,
    Echo = 0x8,

    /// <summary>The dump was inconsistent because the kernel's state changed while it ran.</summary>
    DumpInterrupted = 0x10,

    /// <summary>NLM_F_ROOT | NLM_F_MATCH, in a get request: all entries.</summary>
    Dump = 0x300,

    /// <summary>In a new request: replace the existing object. In an error message: the failed request is cut short (NLM_F_CAPPED).</summary>
    Replace = 0x100,

    /// <summary>In a new request: fail with EEXIST if it exists. In an error message: attributes follow (NLM_F_ACK_TLVS).</summary>
    Exclusive = 0x200,

    /// <summary>In a new request: create it if it does not exist.</summary>
    Create = 0x400,

    /// <summary>In a new request: add at the end.</summary>
    Append = 0x800,
}
