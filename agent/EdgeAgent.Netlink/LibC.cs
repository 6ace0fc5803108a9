using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeAgent.Netlink;

/// <summary>The only file of the product that calls native code. Every function is from libc; errors are read with <see cref="LastError"/>.</summary>
internal static partial class LibC
{
    internal const int AddressFamilyNetlink = 16;
    internal const int SocketRaw = 3;
    internal const int SocketDatagram = 2;
    internal const int SocketCloseOnExec = 0x80000;
    internal const int OpenReadOnlyCloseOnExec = 0x80000;
    internal const int CloneNewNet = 0x40000000;
    internal const int SolSocket = 1;
    internal const int SolNetlink = 270;
    internal const int MsgTruncated = 0x20;
    internal const int MsgDontWait = 0x40;
    internal const short PollIn = 1;

    /// <summary>struct sockaddr_nl of linux/netlink.h, 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NetlinkAddress
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint PortId;
        internal uint Groups;
    }

    /// <summary>struct pollfd of poll.h, 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    /// <summary>struct sock_fprog of linux/filter.h: a count and a pointer to that many instructions.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct FilterProgram
    {
        internal ushort Length;
        internal SocketFilter* Instructions;
    }

    /// <summary>struct iovec of sys/uio.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Buffer
    {
        internal void* Start;
        internal nuint Length;
    }

    /// <summary>struct msghdr of sys/socket.h, without a name.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Message
    {
        internal void* Name;
        internal uint NameLength;
        internal Buffer* Buffers;
        internal nuint BufferCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>struct cmsghdr of sys/socket.h with one descriptor, padded as CMSG_SPACE says.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DescriptorControl
    {
        internal nuint Length;
        internal int Level;
        internal int Type;
        internal int Descriptor;
        internal int Padding;
    }

    internal static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(SafeSocketHandle socket, in NetlinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetSocketName(SafeSocketHandle socket, ref NetlinkAddress address, ref int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(SafeSocketHandle socket, int level, int name, in int value, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int AttachFilter(SafeSocketHandle socket, int level, int name, in FilterProgram program, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(SafeSocketHandle socket, int level, int name, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetSocketOption(SafeSocketHandle socket, int level, int name, Span<byte> value, ref int length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    internal static partial nint SendTo(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags, in NetlinkAddress to, int toLength);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    internal static partial nint ReceiveFrom(SafeSocketHandle socket, Span<byte> bytes, nuint length, int flags, ref NetlinkAddress from, ref int fromLength);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint SendMessage(SafeSocketHandle socket, in Message message, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int FileSync(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(SafeFileHandle descriptor, int type);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nint first, nint second, nint third);
}
