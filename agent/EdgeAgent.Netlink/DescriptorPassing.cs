using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>Sends a descriptor to another process over a connected Unix socket (SCM_RIGHTS of unix(7)).</summary>
public static class DescriptorPassing
{
    private const int Rights = 1, NoSignal = 0x4000;

    /// <summary>Sends one datagram and, with it, a copy of a descriptor.</summary>
    /// <exception cref="NetlinkException">It was not sent.</exception>
    public static unsafe void Send(SafeSocketHandle socket, ReadOnlySpan<byte> datagram, SafeHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(descriptor);
        var held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            var control = new LibC.DescriptorControl
            {
                Length = (nuint)Marshal.OffsetOf<LibC.DescriptorControl>(nameof(LibC.DescriptorControl.Padding)),
                Level = LibC.SolSocket,
                Type = Rights,
                Descriptor = (int)descriptor.DangerousGetHandle(),
            };
            fixed (byte* bytes = datagram)
            {
                var buffer = new LibC.Buffer { Start = bytes, Length = (nuint)datagram.Length };
                var message = new LibC.Message { Buffers = &buffer, BufferCount = 1, Control = &control, ControlLength = (nuint)sizeof(LibC.DescriptorControl) };
                while (LibC.SendMessage(socket, message, NoSignal) < 0)
                {
                    if (LibC.LastError != Errno.EINTR)
                        throw NetlinkException.FromLastError("send a descriptor");
                }
            }
        }
        finally
        {
            if (held)
                descriptor.DangerousRelease();
        }
    }
}
