using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>
/// A socket that never sends: it is the door to what the kernel offers as socket options of IPv4 or IPv6, such as x_tables. It belongs
/// to one network namespace. For one thread at a time.
/// </summary>
public sealed class OptionSocket : IDisposable
{
    private readonly SafeSocketHandle _handle;

    private OptionSocket(SafeSocketHandle handle) => _handle = handle;

    /// <summary>Opens one; no right is needed for that.</summary>
    /// <param name="family">AF_INET (2) or AF_INET6 (10).</param>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">EAFNOSUPPORT: the kernel lacks the family; or there is no such namespace.</exception>
    public static OptionSocket Open(int family, string? networkNamespace = null) => NetworkNamespace.Run(networkNamespace, () =>
    {
        var descriptor = LibC.Socket(family, LibC.SocketDatagram | LibC.SocketCloseOnExec, 0);
        return descriptor >= 0
            ? new OptionSocket(new SafeSocketHandle(descriptor, ownsHandle: true))
            : throw NetlinkException.FromLastError($"open socket of family {family}");
    });

    /// <summary>Asks for an option.</summary>
    /// <param name="operation">What this is, in words, for errors.</param>
    /// <param name="level">SOL_*.</param>
    /// <param name="name">The option.</param>
    /// <param name="value">The question, in which the kernel writes its answer.</param>
    /// <returns>The bytes of the answer.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public int Get(string operation, int level, int name, Span<byte> value)
    {
        var length = value.Length;
        return LibC.GetSocketOption(_handle, level, name, value, ref length) == 0 ? length : throw NetlinkException.FromLastError(operation);
    }

    /// <summary>Sets an option.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public void Set(string operation, int level, int name, ReadOnlySpan<byte> value)
    {
        if (LibC.SetSocketOption(_handle, level, name, value, value.Length) != 0)
            throw NetlinkException.FromLastError(operation);
    }

    /// <summary>Sets an option whose value points to memory that the kernel writes its answer to.</summary>
    /// <param name="operation">What this is, in words, for errors.</param>
    /// <param name="level">SOL_*.</param>
    /// <param name="name">The option.</param>
    /// <param name="value">The value.</param>
    /// <param name="pointerAt">Where in the value the pointer goes.</param>
    /// <param name="answer">What it points to.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public unsafe void Set(string operation, int level, int name, Span<byte> value, int pointerAt, Span<byte> answer)
    {
        fixed (byte* target = answer)
        {
            MemoryMarshal.Write(value[pointerAt..], (nuint)target);
            Set(operation, level, name, value);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
