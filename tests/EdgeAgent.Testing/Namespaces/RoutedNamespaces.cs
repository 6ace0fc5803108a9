using System.Net;

namespace EdgeAgent.Testing;

/// <summary>A client, a guest and a server in a namespace each, with a router between them that has an interface towards each.</summary>
public sealed class RoutedNamespaces : IDisposable
{
    /// <summary>The router's interfaces.</summary>
    public const string ToClient = "to-client", ToGuest = "to-guest", ToServer = "to-server";

    /// <summary>Makes and joins them; packets flow when this returns.</summary>
    public RoutedNamespaces()
    {
        try
        {
            Join(Client, ToClient, 1);
            Join(Guest, ToGuest, 2);
            Join(Server, ToServer, 3);
            Router.Sysctl("net/ipv4/ip_forward", "1");
            Router.Sysctl("net/ipv6/conf/all/forwarding", "1");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Who sends: 10.98.1.1 and fd98:1::1.</summary>
    public TestNamespace Client { get; } = new("client");

    /// <summary>Who sends too: 10.98.2.1 and fd98:2::1.</summary>
    public TestNamespace Guest { get; } = new("guest");

    /// <summary>Who forwards, with the addresses that end in 254 and fe of each network; the rules are here.</summary>
    public TestNamespace Router { get; } = new("router");

    /// <summary>Who answers: 10.98.3.1 and fd98:3::1.</summary>
    public TestNamespace Server { get; } = new("server");

    /// <summary>The server's addresses.</summary>
    public IReadOnlyList<IPAddress> ServerAddresses { get; } = [IPAddress.Parse("10.98.3.1"), IPAddress.Parse("fd98:3::1")];

    /// <summary>The client's addresses.</summary>
    public IReadOnlyList<IPAddress> ClientAddresses { get; } = [IPAddress.Parse("10.98.1.1"), IPAddress.Parse("fd98:1::1")];

    /// <summary>The router's address in the client's network.</summary>
    public IPAddress RouterAddress { get; } = IPAddress.Parse("10.98.1.254");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var host in new[] { Client, Guest, Router, Server })
            host.Dispose();
    }

    private void Join(TestNamespace host, string device, int network)
    {
        Router.Ip($"link add {device} type veth peer name veth0 netns {host.Path}");
        Configure(Router, device, $"10.98.{network}.254", $"fd98:{network}::fe");
        Configure(host, "veth0", $"10.98.{network}.1", $"fd98:{network}::1");
        host.Ip($"-4 route add default via 10.98.{network}.254");
        host.Ip($"-6 route add default via fd98:{network}::fe");
    }

    private static void Configure(TestNamespace host, string device, string v4, string v6)
    {
        host.Ip($"addr add {v4}/24 dev {device}");
        host.Ip($"addr add {v6}/64 dev {device} nodad");
        host.Ip($"link set {device} up");
    }
}
