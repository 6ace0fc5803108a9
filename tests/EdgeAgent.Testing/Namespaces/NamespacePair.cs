using System.Net;

namespace EdgeAgent.Testing;

/// <summary>A client and a server in a namespace each, joined by one veth pair with addresses of both families.</summary>
public sealed class NamespacePair : IDisposable
{
    /// <summary>Makes both and joins them; packets flow when this returns.</summary>
    public NamespacePair()
    {
        try
        {
            Client.Ip($"link add {Device} type veth peer name {Device} netns {Server.Path}");
            Configure(Client, ClientV4, ClientV6);
            Configure(Server, ServerV4, ServerV6);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name of the interface at both ends.</summary>
    public const string Device = "veth0";

    /// <summary>Where connections start.</summary>
    public TestNamespace Client { get; } = new("client");

    /// <summary>Where connections end; the rules of most tests are here.</summary>
    public TestNamespace Server { get; } = new("server");

    /// <summary>The client's IPv4 address, of a /16.</summary>
    public IPAddress ClientV4 { get; } = IPAddress.Parse("10.99.0.1");

    /// <summary>The server's IPv4 address.</summary>
    public IPAddress ServerV4 { get; } = IPAddress.Parse("10.99.0.2");

    /// <summary>The client's IPv6 address, of a /64.</summary>
    public IPAddress ClientV6 { get; } = IPAddress.Parse("fd99::1");

    /// <summary>The server's IPv6 address.</summary>
    public IPAddress ServerV6 { get; } = IPAddress.Parse("fd99::2");

    /// <summary>Gives the client one more IPv4 address, to send from.</summary>
    public IPAddress AddClientAddress(string address)
    {
        Client.Ip($"addr add {address}/16 dev {Device}");
        return IPAddress.Parse(address);
    }

    /// <summary>
    /// Sends everything, whatever its addresses, over the one wire to the one neighbour, without asking for addresses. Packets may then come from
    /// any address, and the server takes those to more addresses than its own.
    /// </summary>
    public void RouteEverything(params ReadOnlySpan<string> serverAddresses)
    {
        foreach (var (host, other) in new[] { (Client, Server), (Server, Client) })
        {
            var words = other.Ip($"-o link show {Device}").Split(' ');
            var address = words[Array.IndexOf(words, "link/ether") + 1];
            host.Ip($"-4 route add default via inet6 fe80::1 dev {Device} onlink");
            host.Ip($"-6 route add default via fe80::1 dev {Device} onlink");
            host.Ip($"neigh replace fe80::1 lladdr {address} dev {Device} nud permanent");
        }

        foreach (var address in serverAddresses)
            Server.Ip(address.Contains(':') ? $"addr add {address}/128 dev {Device} nodad" : $"addr add {address}/32 dev {Device}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private static void Configure(TestNamespace host, IPAddress v4, IPAddress v6)
    {
        host.Ip($"addr add {v4}/16 dev {Device}");
        host.Ip($"addr add {v6}/64 dev {Device} nodad");
        host.Ip($"link set {Device} up");
    }
}
