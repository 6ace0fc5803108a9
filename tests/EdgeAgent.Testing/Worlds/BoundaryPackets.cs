using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Packets at the edges of everything that <see cref="RandomMatches"/> names.</summary>
public static class BoundaryPackets
{
    private static readonly ushort[] Ports = [0, 1, 52, 53, 54, 79, 80, 81, 8079, 8080, 8081, 65534, 65535];

    /// <summary>Every packet between two addresses of one family, seen from the source.</summary>
    public static IEnumerable<Packet> Between(IpAddress source, IpAddress destination)
    {
        foreach (var protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp })
        {
            foreach (var port in Ports)
                yield return new(Direction.Outbound, source, destination, protocol, port);
            foreach (var port in Ports)
                yield return new(Direction.Outbound, source, destination, protocol, 80) { SourcePort = port };
        }

        foreach (var protocol in new[] { IpProtocol.Icmp, IpProtocol.IcmpV6 })
        {
            foreach (var type in new byte[] { 3, 8, 128 })
            {
                yield return new(Direction.Outbound, source, destination, protocol) { IcmpType = type };
                yield return new(Direction.Outbound, source, destination, protocol) { IcmpType = type, IcmpCode = 1 };
            }
        }

        yield return new(Direction.Outbound, source, destination, new(47));
        yield return new(Direction.Outbound, source, destination, new(200));
    }
}
