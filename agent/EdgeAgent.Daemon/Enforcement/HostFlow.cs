using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>A flow as one host sees it, by its first packet.</summary>
/// <param name="Direction">Towards the host or from it; of one that only passes through it, towards.</param>
/// <param name="Self">The host's own address of the flow; of one that only passes through it, the destination.</param>
/// <param name="Peer">The other end's address.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Port">The destination port; 0 where the protocol has none.</param>
/// <param name="SourcePort">The source port; 0 where the protocol has none.</param>
/// <param name="IcmpType">The ICMP type; 0 elsewhere.</param>
/// <param name="IcmpCode">The ICMP code; 0 elsewhere.</param>
public readonly record struct HostFlow(Direction Direction, IpAddress Self, IpAddress Peer, IpProtocol Protocol, ushort Port, ushort SourcePort, byte IcmpType = 0, byte IcmpCode = 0)
{
    /// <summary>Whether it only passes through the host.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>As it is seen where it leaves the host that it passes through.</summary>
    public HostFlow Leaving() => this with { Direction = Direction.Outbound, Self = Peer, Peer = Self };

    /// <summary>The flow in the other direction.</summary>
    public HostFlow Reversed() => this with { Self = Peer, Peer = Self, Port = SourcePort, SourcePort = Port };

    /// <summary>
    /// A tracked connection as our chains saw its first packet: on the way in after destination translation, on the way out before
    /// source translation, and so on the way through. Null for one that never leaves the host.
    /// </summary>
    /// <param name="tracked">The connection.</param>
    /// <param name="own">The addresses of the host's interfaces.</param>
    /// <param name="listening">
    /// Whether the host listens on a TCP port: it tells in which direction a connection was opened that is tracked only since its middle.
    /// </param>
    public static HostFlow? Of(Flow tracked, IReadOnlySet<IpAddress> own, Func<ushort, bool> listening)
    {
        ArgumentNullException.ThrowIfNull(tracked);
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(listening);

        // The answer comes from where the packet really went.
        var (original, reply) = (tracked.Original, tracked.Reply);
        var (from, to) = (own.Contains(original.Source), own.Contains(reply.Source));
        if (from && to)
            return null;
        if (!from && !to)
            return new(Direction.Inbound, reply.Source, original.Source, original.Protocol, reply.SourcePort, original.SourcePort, original.IcmpType, original.IcmpCode) { IsForwarded = true };
        if (tracked.PickedUp && listening(to ? reply.SourcePort : original.SourcePort) != to)
        {
            return to
                ? new(Direction.Outbound, reply.Source, original.Source, original.Protocol, original.SourcePort, reply.SourcePort)
                : new(Direction.Inbound, original.Source, reply.Source, original.Protocol, original.SourcePort, reply.SourcePort);
        }

        return to
            ? new(Direction.Inbound, reply.Source, original.Source, original.Protocol, reply.SourcePort, original.SourcePort, original.IcmpType, original.IcmpCode)
            : new(Direction.Outbound, original.Source, reply.Source, original.Protocol, reply.SourcePort, original.SourcePort, original.IcmpType, original.IcmpCode);
    }
}
