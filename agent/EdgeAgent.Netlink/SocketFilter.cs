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
    /// <summary>Loads 16 bits at a byte offset, in network byte order.</summary>
    public static SocketFilter LoadHalf(uint offset) => new(0x28, 0, 0, offset);

    /// <summary>Compares what was loaded with a constant.</summary>
    public static SocketFilter JumpIfEqual(uint constant, byte skipTrue, byte skipFalse) => new(0x15, skipTrue, skipFalse, constant);

    /// <summary>Ends: the whole message is delivered.</summary>
    public static SocketFilter Accept => new(0x06, 0, 0, uint.MaxValue);

    /// <summary>Ends: the message is not queued.</summary>
    public static SocketFilter Reject => new(0x06, 0, 0, 0);

    /// <summary>A program that lets only messages of one nlmsg_type through.</summary>
    public static SocketFilter[] OnlyType(ushort type)
    {
        // The loaded half-word is big endian, nlmsg_type is in host order.
        var asLoaded = BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(type) : type;
        return [LoadHalf(4), JumpIfEqual(asLoaded, 0, 1), Accept, Reject];
    }
}
