using System.Runtime.CompilerServices;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Tells of tracked connections as they come, change and go (ctnetlink), without polling. Those that began before anybody listened are not told
/// of (net.netfilter.nf_conntrack_events 2): read them from <see cref="ConntrackTable"/>.
/// </summary>
public sealed class FlowMonitor : IDisposable
{
    private const ushort New = (ushort)Subsystem.Conntrack << 8, Delete = New | 2;

    private readonly NetlinkSocket _socket;
    private readonly byte[] _received = new byte[1 << 16];

    /// <summary>Opens the monitor; events from now on are heard.</summary>
    /// <param name="kinds">Which; each one that nobody asks for costs the kernel less.</param>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public FlowMonitor(IEnumerable<FlowEventKind> kinds, string? networkNamespace = null)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        _socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace, ReceiveBuffer = 1 << 20 });
        try
        {
            foreach (var kind in kinds)
                _socket.Join(GroupOf(kind));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>How often the kernel had to drop events because they were not read fast enough: then only the table knows what there is.</summary>
    public long Overruns { get; private set; }

    /// <summary>The events as they come, until cancelled. For one reader.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NetlinkException">The socket failed.</exception>
    public async IAsyncEnumerable<FlowEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var events = new List<FlowEvent>();
        while (true)
        {
            if (!await _socket.ReadNextAsync(_received, message => Read(message, events), cancellation).ConfigureAwait(false))
                Overruns++;
            foreach (var each in events)
                yield return each;
            events.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // NFNLGRP_CONNTRACK_* of linux/netfilter/nfnetlink_compat.h.
    private static int GroupOf(FlowEventKind kind) => kind switch
    {
        FlowEventKind.New => 1,
        FlowEventKind.Updated => 2,
        FlowEventKind.Gone => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no kind of event"),
    };

    private static void Read(NetlinkMessage message, List<FlowEvent> events)
    {
        if (message.Type is New or Delete && FlowCodec.Read(message) is { } flow)
            events.Add(new(KindOf(message), flow));
    }

    // A new connection and a changed one are the same message; only the first creates something.
    private static FlowEventKind KindOf(NetlinkMessage message) =>
        message.Type == Delete ? FlowEventKind.Gone
        : (message.Flags & MessageFlags.Create) != 0 ? FlowEventKind.New
        : FlowEventKind.Updated;
}
