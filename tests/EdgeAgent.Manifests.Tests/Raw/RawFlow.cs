using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>The half of a flow that its source decides, and the half that its destination does.</summary>
internal enum RawSide
{
    Egress,
    Ingress,
}

/// <summary>The first packet of a flow. Ports mean nothing where the protocol has none, type and code nothing where it is not ICMP.</summary>
/// <param name="Source">The source.</param>
/// <param name="Destination">The destination.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Port">The destination's port.</param>
/// <param name="SourcePort">The source's port.</param>
/// <param name="IcmpType">The type.</param>
/// <param name="IcmpCode">The code.</param>
/// <param name="LeavesBy">The interface of the source that it takes.</param>
/// <param name="ArrivesAt">The interface of the destination that it takes.</param>
internal sealed record RawFlow(
    IPAddress Source, IPAddress Destination, int Protocol, int Port = 0, int SourcePort = 40_000, int IcmpType = 8, int IcmpCode = 0, string LeavesBy = "eth0", string ArrivesAt = "eth0")
{
    /// <summary>Interfaces that flows take; the last is named by no document.</summary>
    public static readonly string[] Interfaces = ["eth0", "eth1", "tun0"];

    public const int Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58, Sctp = 132;

    public bool IsV6 => Source.GetAddressBytes().Length == 16;

    /// <summary>The number of a protocol that a document names or numbers.</summary>
    public static int ProtocolOf(JsonNode named) => named.AsValue().TryGetValue<int>(out var number) ? number : (string)named! switch
    {
        "TCP" => Tcp,
        "UDP" => Udp,
        "SCTP" => Sctp,
        "ICMP" => Icmp,
        "ICMPv6" => IcmpV6,
        "UDPLite" => 136,
        var other => throw new FormatException(other),
    };

    /// <summary>The peer's address, as the end sees it that decides a half.</summary>
    public IPAddress PeerOf(RawSide side) => side == RawSide.Egress ? Destination : Source;

    /// <summary>The interface that it takes at the end that decides a half.</summary>
    public string InterfaceOf(RawSide side) => side == RawSide.Egress ? LeavesBy : ArrivesAt;

    /// <summary>The address of the end that decides a half.</summary>
    public IPAddress SelfOf(RawSide side) => side == RawSide.Egress ? Source : Destination;
}
