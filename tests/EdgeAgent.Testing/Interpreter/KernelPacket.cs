using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>A packet as the nf_tables machine sees it at a hook.</summary>
/// <param name="Source">The source address.</param>
/// <param name="Destination">The destination address, of the same family.</param>
/// <param name="Protocol">The transport protocol.</param>
/// <param name="Transport">The first bytes of the transport header.</param>
public sealed record KernelPacket(IpAddress Source, IpAddress Destination, IpProtocol Protocol, EquatableArray<byte> Transport)
{
    /// <summary>The tracked state.</summary>
    public ConntrackStates State { get; init; } = ConntrackStates.New;

    /// <summary>The mark of the connection.</summary>
    public uint ConnectionMark { get; init; }

    /// <summary>The index of the input interface; 0 for none.</summary>
    public uint InputInterface { get; init; }

    /// <summary>The index of the output interface; 0 for none.</summary>
    public uint OutputInterface { get; init; }

    /// <summary>The name of the input interface; empty for none.</summary>
    public string InputInterfaceName { get => InputInterface == 1 ? "lo" : field; init; } = "";

    /// <summary>The name of the output interface; empty for none.</summary>
    public string OutputInterfaceName { get => OutputInterface == 1 ? "lo" : field; init; } = "";

    /// <summary>The hook that a flow's first packet meets.</summary>
    public static Hook HookOf(Packet packet) => packet.IsForwarded ? Hook.Forward : packet.Direction == Direction.Inbound ? Hook.Input : Hook.Output;

    /// <summary>The first packet of a flow, as it comes in at or goes out from an interface that is not loopback.</summary>
    public static KernelPacket Of(Packet packet)
    {
        var inbound = packet.Direction == Direction.Inbound;
        EquatableArray<byte> transport = packet.Protocol switch
        {
            { HasPorts: true } => [(byte)(packet.SourcePort >> 8), (byte)packet.SourcePort, (byte)(packet.Port >> 8), (byte)packet.Port, 0, 0, 0, 0],
            { HasIcmpType: true } => [packet.IcmpType, packet.IcmpCode, 0x1f, 0x90, 0, 1, 0, 1],
            _ => [0, 80, 0, 80],
        };
        return new(inbound ? packet.Peer : packet.Self, inbound ? packet.Self : packet.Peer, packet.Protocol, transport)
        {
            InputInterface = inbound ? 2u : 0,
            OutputInterface = packet.IsForwarded ? 3u : inbound ? 0 : 2u,
            InputInterfaceName = inbound ? packet.Interface : "",
            OutputInterfaceName = packet.IsForwarded ? packet.LeavesBy : inbound ? "" : packet.Interface,
        };
    }

    /// <summary>The network header, with the fields that rules look at; 20 or 40 bytes.</summary>
    public byte[] NetworkHeader()
    {
        var header = new byte[Source.Family == IpFamily.V4 ? 20 : 40];
        Source.WriteTo(header.AsSpan(Source.Family == IpFamily.V4 ? 12 : 8));
        Destination.WriteTo(header.AsSpan(Source.Family == IpFamily.V4 ? 16 : 24));
        return header;
    }
}
