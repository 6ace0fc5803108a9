using System.Runtime.InteropServices;

namespace EdgeAgent.Testing;

/// <summary>sendmmsg(2): many packets for one call, as fast as a thread can send.</summary>
internal static partial class NativeSending
{
    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Vector
    {
        internal nint Base;
        internal nint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        internal nint Name;
        internal uint NameLength;
        internal nint Vectors;
        internal nint VectorCount;
        internal nint Control;
        internal nint ControlLength;
        internal int Flags;
    }

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        internal Header Header;
        internal uint Sent;
    }

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static unsafe partial int SendMany(SafeHandle socket, Message* messages, uint count, int flags);
}
