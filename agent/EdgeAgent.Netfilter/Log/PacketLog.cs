using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Listens to a log group: the packets that rules with <see cref="Dataplane.LogToGroup"/> meet. Costs nothing while none come.</summary>
public sealed class PacketLog : IDisposable
{
    private const ushort ConfigMessage = LoggedPacketCodec.PacketMessage | 1;
    private const ushort Command = 1, Mode = 2, Timeout = 4, QueueThreshold = 5;
    private const byte Bind = 1, CopyPacket = 2;
    private const int ModeLength = 6, ModeOffset = 4;

    private readonly NetlinkConnection _connection;
    private readonly byte[] _received = new byte[1 << 17];

    /// <summary>Binds the group; packets from now on are heard.</summary>
    /// <exception cref="NetlinkException">EPERM: CAP_NET_ADMIN is missing, or another socket listens to this group already.</exception>
    public PacketLog(PacketLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = options.NetworkNamespace, ReceiveBuffer = options.ReceiveBuffer }));
        try
        {
            Configure(options);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>How often the kernel had to drop packets because we did not read fast enough.</summary>
    public long Overruns { get; private set; }

    /// <summary>The packets as they come, until cancelled. For one reader.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NetlinkException">The socket failed.</exception>
    public async IAsyncEnumerable<LoggedPacket> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var packets = new List<LoggedPacket>();
        while (true)
        {
            if (!await _connection.Socket.ReadNextAsync(_received, message => Read(message, packets), cancellation).ConfigureAwait(false))
                Overruns++;
            foreach (var packet in packets)
                yield return packet;
            packets.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static void Read(NetlinkMessage message, List<LoggedPacket> packets)
    {
        if (message.Type == LoggedPacketCodec.PacketMessage && LoggedPacketCodec.Read(message) is { } packet)
            packets.Add(packet);
    }

    private void Configure(PacketLogOptions options)
    {
        using var request = new MessageBuffer();
        using (var message = request.Begin(ConfigMessage, MessageFlags.None, 0))
        {
            NetfilterHeader.Write(message, NetfilterHeader.AnyFamily, options.Group);
            message.PutByte(Command, Bind);
        }

        _connection.Execute($"bind log group {options.Group}", request);
        request.Clear();
        using (var message = request.Begin(ConfigMessage, MessageFlags.None, 0))
        {
            NetfilterHeader.Write(message, NetfilterHeader.AnyFamily, options.Group);
            var mode = message.Reserve(Mode, ModeLength);
            BinaryPrimitives.WriteUInt32BigEndian(mode, options.SnapLength);
            mode[ModeOffset] = CopyPacket;
            message.PutUInt32BigEndian(QueueThreshold, options.QueueThreshold);
            message.PutUInt32BigEndian(Timeout, (uint)Math.Max(1, options.FlushInterval.TotalMilliseconds / 10));
        }

        _connection.Execute($"configure log group {options.Group}", request);
    }
}
