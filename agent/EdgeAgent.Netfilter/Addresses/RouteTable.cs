using System.Runtime.InteropServices;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Asks the kernel where packets to an address go (RTM_GETROUTE), and what interfaces are called. Not for two threads at once.</summary>
public sealed class RouteTable : IDisposable
{
    private const ushort NewLink = 16, GetLink = 18, NewRoute = 24, GetRoute = 26;

    // struct rtmsg: family, length of the destination; RTA_DST, RTA_OIF; RTN_UNICAST at offset 7.
    private const int RouteHeaderLength = 12, RouteType = 7;
    private const ushort Destination = 1, OutputInterface = 4;
    private const byte Unicast = 1;

    // struct ifinfomsg: the index at offset 4; IFLA_IFNAME.
    private const int LinkHeaderLength = 16, LinkIndex = 4;
    private const ushort LinkName = 3;

    private readonly NetlinkConnection _connection;
    private readonly MessageBuffer _request = new();

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace cannot be reached.</exception>
    public RouteTable(string? networkNamespace = null) =>
        _connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Route, new() { NetworkNamespace = networkNamespace }));

    /// <summary>
    /// The index of the interface by which packets to another host leave; null for an address that is this host's own or several hosts'
    /// (broadcast, multicast), and where there is no way.
    /// </summary>
    public uint? InterfaceTo(IpAddress address)
    {
        _request.Clear();
        using (var message = _request.Begin(GetRoute, MessageFlags.None, 0))
        {
            var header = message.Fixed(RouteHeaderLength);
            (header[0], header[1]) = ((byte)(address.Family == IpFamily.V4 ? 2 : 10), (byte)address.Width);
            address.WriteTo(message.Reserve(Destination, address.Bytes));
        }

        try
        {
            return _connection.Request("look up a route", _request, static () => new List<uint>(1), static (message, found) =>
            {
                if (message.Type != NewRoute || message.Attributes(RouteHeaderLength) is var row && message.Payload[RouteType] != Unicast)
                    return;
                if (row.Bytes(OutputInterface) is { Length: 4 } index)
                    found.Add(MemoryMarshal.Read<uint>(index));
            }) is [var only, ..] ? only : null;
        }
        catch (NetlinkException)
        {
            // ENETUNREACH and its kin are answers.
            return null;
        }
    }

    /// <summary>The names of all interfaces by index.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public Dictionary<uint, string> InterfaceNames()
    {
        _request.Clear();
        using (var message = _request.Begin(GetLink, MessageFlags.Dump, 0))
            message.Fixed(LinkHeaderLength);
        return _connection.Request("list interfaces", _request, static () => new Dictionary<uint, string>(), static (message, names) =>
        {
            if (message.Type != NewLink)
                return;
            for (var row = message.Attributes(LinkHeaderLength); row.MoveNext();)
            {
                if (row.Type == LinkName)
                    names[MemoryMarshal.Read<uint>(message.Payload[LinkIndex..])] = row.AsString();
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _request.Dispose();
        _connection.Dispose();
    }
}
