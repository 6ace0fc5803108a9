using System.Globalization;

namespace EdgeAgent.Contracts;

/// <summary>An IP protocol number (IANA protocol numbers).</summary>
public readonly record struct IpProtocol(byte Number) : IComparable<IpProtocol>
{
    /// <summary>ICMP, 1.</summary>
    public static readonly IpProtocol Icmp = new(1);

    /// <summary>TCP, 6.</summary>
    public static readonly IpProtocol Tcp = new(6);

    /// <summary>UDP, 17.</summary>
    public static readonly IpProtocol Udp = new(17);

    /// <summary>ICMPv6, 58.</summary>
    public static readonly IpProtocol IcmpV6 = new(58);

    /// <summary>SCTP, 132.</summary>
    public static readonly IpProtocol Sctp = new(132);

    /// <summary>UDP-Lite, 136.</summary>
    public static readonly IpProtocol UdpLite = new(136);

    /// <summary>Whether the protocol's header begins with source and destination port.</summary>
    public bool HasPorts => this == Tcp || this == Udp || this == Sctp || this == UdpLite;

    /// <summary>Whether the protocol's header begins with a type and a code.</summary>
    public bool HasIcmpType => this == Icmp || this == IcmpV6;

    /// <summary>Reads a name in any case (TCP, UDP, SCTP, ICMP, ICMPv6, UDPLite) or a number from 0 to 255.</summary>
    public static bool TryParse(string? text, out IpProtocol protocol)
    {
        protocol = text?.ToUpperInvariant() switch
        {
            "TCP" => Tcp,
            "UDP" => Udp,
            "SCTP" => Sctp,
            "ICMP" => Icmp,
            "ICMPV6" => IcmpV6,
            "UDPLITE" => UdpLite,
            _ => default,
        };
        if (protocol != default)
            return true;
        if (!byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        protocol = new(number);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(IpProtocol other) => Number.CompareTo(other.Number);

    /// <summary>The usual name, or the number.</summary>
    public override string ToString() => Number switch
    {
        1 => "ICMP",
        6 => "TCP",
        17 => "UDP",
        58 => "ICMPv6",
        132 => "SCTP",
        136 => "UDPLite",
        _ => Number.ToString(CultureInfo.InvariantCulture),
    };
}
