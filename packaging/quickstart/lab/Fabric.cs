using EdgeAgent.Netlink;

namespace EdgeAgent.Lab;

/// <summary>
/// A routed network of namespaces: every node has one veth pair to a namespace in the middle that forwards between host routes. No bridge,
/// so that no neighbour table grows with the number of pairs, and nothing in the namespace that the lab is started from.
/// </summary>
public sealed class Fabric(string prefix, IReadOnlyList<LabNode> nodes)
{
    /// <summary>The next hop of every node; an address of the fabric's end of every pair.</summary>
    private const string Gateway = "169.254.1.1";

    private string Middle => $"{prefix}-fabric";

    /// <summary>Makes all of it.</summary>
    /// <exception cref="LabException">The machine does not let us, or the names are taken.</exception>
    public void Up()
    {
        IpCommand.Batch(
            null,
            [
                $"netns add {Middle}",
                .. nodes.Select(node => $"netns add {node.NetworkNamespace}"),
                .. nodes.Select(node => $"link add eth0 netns {node.NetworkNamespace} type veth peer name {node.ShortName} netns {Middle}"),
            ]);
        NetworkNamespace.Run($"/run/netns/{Middle}", static () =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
            return true;
        });
        IpCommand.Batch(
            Middle,
            [
                "link set lo up",
                .. nodes.SelectMany(node => new[]
                {
                    $"addr add {Gateway}/32 dev {node.ShortName} scope link",
                    $"link set {node.ShortName} up",
                    $"route add {node.Address}/32 dev {node.ShortName}",
                }),
            ]);
        foreach (var node in nodes)
        {
            IpCommand.Batch(
                node.NetworkNamespace,
                [
                    "link set lo up",
                    $"addr add {node.Address}/32 dev eth0",
                    "link set eth0 up",
                    $"route add {Gateway} dev eth0 scope link",
                    $"route add default via {Gateway} dev eth0",
                ]);
        }
    }

    /// <summary>Removes what there is of it; veth pairs go with their namespaces.</summary>
    public void Down()
    {
        foreach (var name in nodes.Select(node => node.NetworkNamespace).Append(Middle).Where(name => File.Exists($"/run/netns/{name}")))
            IpCommand.Batch(null, [$"netns del {name}"]);
    }
}
