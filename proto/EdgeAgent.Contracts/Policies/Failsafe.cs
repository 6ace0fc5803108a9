namespace EdgeAgent.Contracts;

/// <summary>Traffic that stays open whatever policy says, so that a host can always be reached and repaired.</summary>
/// <param name="Name">What it is for, such as <c>ssh</c>.</param>
/// <param name="Direction">The direction of new flows that it opens.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Ports">Destination ports.</param>
public sealed record Failsafe(string Name, Direction Direction, IpProtocol Protocol, PortRange Ports)
{
    /// <summary>Source ports that the packet must come from; null for any.</summary>
    public PortRange? SourcePorts { get; init; }

    /// <summary>The peers; empty for any.</summary>
    public EquatableArray<Cidr> Peers { get; init; }

    /// <summary>
    /// The defaults: inbound SSH and DHCP, outbound DHCP, DNS and NTP. The control plane's address is added by the agent.
    /// DHCPv4 renewals come from port 67 to 68 (RFC 2131), DHCPv6 replies from 547 to 546 of link-local servers (RFC 8415).
    /// </summary>
    public static EquatableArray<Failsafe> Defaults { get; } =
    [
        new("ssh", Direction.Inbound, IpProtocol.Tcp, PortRange.Single(22)),
        new("dhcp", Direction.Inbound, IpProtocol.Udp, PortRange.Single(68)) { SourcePorts = PortRange.Single(67) },
        new("dhcpv6", Direction.Inbound, IpProtocol.Udp, PortRange.Single(546)) { SourcePorts = PortRange.Single(547), Peers = [Cidr.Parse("fe80::/10")] },
        new("dhcp", Direction.Outbound, IpProtocol.Udp, PortRange.Single(67)),
        new("dhcpv6", Direction.Outbound, IpProtocol.Udp, PortRange.Single(547)),
        new("dns", Direction.Outbound, IpProtocol.Udp, PortRange.Single(53)),
        new("dns", Direction.Outbound, IpProtocol.Tcp, PortRange.Single(53)),
        new("ntp", Direction.Outbound, IpProtocol.Udp, PortRange.Single(123)),
    ];
}
