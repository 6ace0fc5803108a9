using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace EdgeAgent.Netlink;

/// <summary>
/// A netlink socket, bound, with extended and capped acknowledgements. Datagrams that do not come from the kernel are dropped.
/// Sending and receiving may be done from different threads; each on its own is for one thread at a time.
/// </summary>
public sealed class NetlinkSocket : IDisposable
{
    private const int OptionAddMembership = 1, OptionDropMembership = 2, OptionNoOverrun = 5, OptionCapAck = 10, OptionExtAck = 11, OptionStrictCheck = 12;
    private const int OptionSendBuffer = 7, OptionReceiveBuffer = 8, OptionAttachFilter = 26, OptionSendBufferForce = 32, OptionReceiveBufferForce = 33;

    private readonly SafeSocketHandle _handle;
    private readonly byte[] _peek = new byte[1];
    private readonly Socket _waiter;

    private NetlinkSocket(SafeSocketHandle handle)
    {
        _handle = handle;
        PortId = ReadPortId();
        // Made now and not when first awaited: making it clears a pending error, and with it the news of lost messages.
        _waiter = new Socket(handle);
    }

    /// <summary>The number by which the kernel knows this socket; notifications that it caused carry it as their port.</summary>
    public uint PortId { get; }

    /// <summary>The descriptor itself, to hand it to a keeper of descriptors that outlives this process.</summary>
    public SafeSocketHandle Handle => _handle;

    /// <summary>Opens a socket.</summary>
    /// <exception cref="NetlinkException">It cannot be opened: no such family, no right, no such namespace.</exception>
    public static NetlinkSocket Open(NetlinkProtocol protocol, NetlinkSocketOptions? options = null)
    {
        options ??= new NetlinkSocketOptions();
        var handle = NetworkNamespace.Run(options.NetworkNamespace, () =>
        {
            var descriptor = LibC.Socket(LibC.AddressFamilyNetlink, LibC.SocketRaw | LibC.SocketCloseOnExec, (int)protocol);
            return descriptor >= 0
                ? new SafeSocketHandle(descriptor, ownsHandle: true)
                : throw NetlinkException.FromLastError($"open netlink socket {protocol}");
        });
        try
        {
            if (LibC.Bind(handle, new LibC.NetlinkAddress { Family = LibC.AddressFamilyNetlink }, Unsafe.SizeOf<LibC.NetlinkAddress>()) != 0)
                throw NetlinkException.FromLastError("bind netlink socket");
            var socket = new NetlinkSocket(handle);
            socket.Configure(options);
            return socket;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Takes over a bound netlink descriptor, for example one that a service supervisor kept over a restart.</summary>
    /// <exception cref="NetlinkException">It is not a netlink socket.</exception>
    public static NetlinkSocket Adopt(SafeSocketHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return new NetlinkSocket(handle);
    }

    /// <summary>Subscribes to a multicast group (its number, not its bit).</summary>
    public void Join(int group) => SetOption(LibC.SolNetlink, OptionAddMembership, group, $"join netlink group {group}");

    /// <summary>Ends a subscription.</summary>
    public void Leave(int group) => SetOption(LibC.SolNetlink, OptionDropMembership, group, $"leave netlink group {group}");

    /// <summary>Lets only those messages be queued that a classic BPF program accepts.</summary>
    public unsafe void AttachFilter(ReadOnlySpan<SocketFilter> program)
    {
        fixed (SocketFilter* instructions = program)
        {
            var filter = new LibC.FilterProgram { Length = checked((ushort)program.Length), Instructions = instructions };
            if (LibC.AttachFilter(_handle, LibC.SolSocket, OptionAttachFilter, filter, sizeof(LibC.FilterProgram)) != 0)
                throw NetlinkException.FromLastError("attach filter to netlink socket");
        }
    }

    /// <summary>Sets the send buffer, beyond the system's limit where CAP_NET_ADMIN allows. One datagram must fit into it.</summary>
    /// <param name="bytes">The longest datagram that is to be sent; the kernel doubles it for its own bookkeeping.</param>
    public void SetSendBuffer(int bytes) => SetBuffer(OptionSendBufferForce, OptionSendBuffer, bytes, "set netlink send buffer");

    /// <summary>Sets the receive buffer, beyond the system's limit where CAP_NET_ADMIN allows.</summary>
    public void SetReceiveBuffer(int bytes) => SetBuffer(OptionReceiveBufferForce, OptionReceiveBuffer, bytes, "set netlink receive buffer");

    /// <summary>Sends one datagram to the kernel, which has dealt with all of its messages when this returns.</summary>
    /// <exception cref="NetlinkException">EMSGSIZE: larger than the send buffer; EPERM: CAP_NET_ADMIN is missing.</exception>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        var kernel = new LibC.NetlinkAddress { Family = LibC.AddressFamilyNetlink };
        while (LibC.SendTo(_handle, datagram, (nuint)datagram.Length, 0, kernel, Unsafe.SizeOf<LibC.NetlinkAddress>()) < 0)
        {
            if (LibC.LastError != Errno.EINTR)
                throw NetlinkException.FromLastError($"send {datagram.Length} bytes over netlink");
        }
    }

    /// <summary>Takes one queued datagram without waiting.</summary>
    /// <param name="buffer">At least 32 KiB, the longest that a dump sends.</param>
    /// <param name="length">Its bytes.</param>
    /// <returns>False if nothing is queued.</returns>
    /// <exception cref="NetlinkException">ENOBUFS: the kernel dropped messages for want of room (the socket stays usable); EMSGSIZE: longer than the buffer.</exception>
    public bool TryReceive(Span<byte> buffer, out int length)
    {
        while (true)
        {
            var from = default(LibC.NetlinkAddress);
            var fromLength = Unsafe.SizeOf<LibC.NetlinkAddress>();
            var received = LibC.ReceiveFrom(_handle, buffer, (nuint)buffer.Length, LibC.MsgDontWait | LibC.MsgTruncated, ref from, ref fromLength);
            if (received < 0)
            {
                length = 0;
                switch (LibC.LastError)
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        return false;
                    default:
                        throw NetlinkException.FromLastError("receive over netlink");
                }
            }

            if (received > buffer.Length)
                throw new NetlinkException("receive over netlink", Errno.EMSGSIZE, $"a datagram of {received} bytes, room for {buffer.Length}");
            if (from.PortId != 0)
                continue;
            length = (int)received;
            return true;
        }
    }

    /// <summary>Waits until something can be received, or an error is pending.</summary>
    /// <returns>False if the time ran out.</returns>
    public bool Wait(TimeSpan timeout)
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            var descriptor = new LibC.PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = LibC.PollIn };
            var ready = LibC.Poll(ref descriptor, 1, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue));
            return ready switch
            {
                > 0 => true,
                0 => false,
                _ => LibC.LastError == Errno.EINTR ? false : throw NetlinkException.FromLastError("wait for netlink"),
            };
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
    }

    /// <summary>Waits, without a thread, until something can be received or an error is pending. One waiter at a time.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        try
        {
            // A peek leaves the datagram queued; the runtime's own epoll loop does the waiting.
            await _waiter.ReceiveAsync(_peek.AsMemory(), SocketFlags.Peek, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
        {
            throw new NetlinkException("receive over netlink", Errno.ENOBUFS, inner: e);
        }
        catch (SocketException e)
        {
            throw new NetlinkException("wait for netlink", (Errno)e.NativeErrorCode, inner: e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _waiter.Dispose();
        _handle.Dispose();
    }

    private void Configure(NetlinkSocketOptions options)
    {
        SetOption(LibC.SolNetlink, OptionExtAck, 1, "ask for extended acknowledgements");
        SetOption(LibC.SolNetlink, OptionCapAck, 1, "ask for capped acknowledgements");
        if (options.StrictCheck)
            SetOption(LibC.SolNetlink, OptionStrictCheck, 1, "ask for strict checks");
        if (options.IgnoreOverrun)
            SetOption(LibC.SolNetlink, OptionNoOverrun, 1, "ignore lost notifications");
        if (options.ReceiveBuffer is { } bytes)
            SetReceiveBuffer(bytes);
    }

    private void SetBuffer(int forced, int capped, int bytes, string operation)
    {
        if (LibC.SetSocketOption(_handle, LibC.SolSocket, forced, bytes, sizeof(int)) != 0)
            SetOption(LibC.SolSocket, capped, bytes, operation);
    }

    private void SetOption(int level, int option, int value, string operation)
    {
        if (LibC.SetSocketOption(_handle, level, option, value, sizeof(int)) != 0)
            throw NetlinkException.FromLastError(operation);
    }

    private uint ReadPortId()
    {
        var address = default(LibC.NetlinkAddress);
        var length = Unsafe.SizeOf<LibC.NetlinkAddress>();
        if (LibC.GetSocketName(_handle, ref address, ref length) != 0)
            throw NetlinkException.FromLastError("read the port of a netlink socket");
        if (address.Family != LibC.AddressFamilyNetlink)
            throw new NetlinkException("adopt a descriptor as netlink socket", Errno.EAFNOSUPPORT);
        return address.PortId;
    }
}
