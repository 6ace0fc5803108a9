using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>One classic BPF instruction (struct sock_filter of linux/filter.h, 8 bytes). On a netlink socket the program sees the message from its nlmsghdr on.</summary>
/// <param name="Code">Operation.</param>
/// <param name="JumpTrue">Instructions to skip when a comparison holds.</param>
/// <param name="JumpFalse">Instructions to skip when it does not.</param>
/// <param name="Operand">Constant or offset.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SocketFilter(ushort Code, byte JumpTrue, byte JumpFalse, uint Operand)
{
    /// <summary>Loads 32 bits at a byte offset, in network byte order; a message that is too short is not queued.</summary>
    public static SocketFilter LoadWord(uint offset) => new(0x20, 0, 0, offset);

    /// <summary>Loads 16 bits at a byte offset, in network byte order.</summary>
    public static SocketFilter LoadHalf(uint offset) => new(0x28, 0, 0, offset);

    /// <summary>Compares what was loaded with a constant.</summary>
    public static SocketFilter JumpIfEqual(uint constant, byte skipTrue, byte skipFalse) => new(0x15, skipTrue, skipFalse, constant);

    /// <summary>Ends: the whole message is delivered.</summary>
    public static SocketFilter Accept => new(0x06, 0, 0, uint.MaxValue);

    /// <summary>Ends: the message is not queued.</summary>
    public static SocketFilter Reject => new(0x06, 0, 0, 0);

    /// <summary>A 16-bit field of host byte order, such as nlmsg_type, as <see cref="LoadHalf"/> loads it.</summary>
    public static uint AsLoaded(ushort hostOrder) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(hostOrder) : hostOrder;

    /// <summary>A 32-bit field of host byte order, such as nlmsg_pid, as <see cref="LoadWord"/> loads it.</summary>
    public static uint AsLoaded(uint hostOrder) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(hostOrder) : hostOrder;
}
