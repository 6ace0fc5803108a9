using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>Selectors, blocks, ports and the like, made up from few words.</summary>
public sealed class RandomMatches(Random random)
{
    private static readonly string[] Keys = ["app", "zone"];
    private static readonly string[] Values = ["a", "ab", "b"];
    private static readonly string[] Accounts = ["", "", "web", "db"];
    private static readonly string[] PortNames = ["http", "dns"];
    private static readonly IpProtocol[] Protocols = [IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.Icmp, IpProtocol.IcmpV6, new(47)];
    private static readonly ushort[] Ports = [0, 53, 80, 8080, 65535];

    private static readonly Cidr[] Blocks =
    [
        .. new[] { "0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/25", "10.0.0.128/25", "10.0.0.1/32", "10.0.0.2/32", "10.0.1.3/32", "192.0.2.0/24" }.Select(Cidr.Parse),
        .. new[] { "::/0", "fd00::/64", "fd00::0:0/112", "fd00::1:0/112", "fd00::1/128", "2001:db8::/32" }.Select(Cidr.Parse),
    ];

    /// <summary>Some labels.</summary>
    public LabelSet Labels() => LabelSet.Of(Keys.Where(_ => random.Next(3) > 0).Select(key => KeyValuePair.Create(key, Pick(Values))).ToList());

    /// <summary>Some named ports; a name may stand for several.</summary>
    public List<NamedPort> NamedPorts() =>
        [.. Enumerable.Range(0, random.Next(3)).Select(_ => new NamedPort(Pick(PortNames), Pick(Protocols[..4]), Pick(Ports))).Distinct()];

    /// <summary>A service account, or none.</summary>
    public string ServiceAccount() => Pick(Accounts);

    /// <summary>One to three blocks.</summary>
    public List<Cidr> Nets() => [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(Blocks))];

    /// <summary>A selector.</summary>
    public Selector Selector(int depth = 2) => random.Next(depth > 0 ? 11 : 8) switch
    {
        0 => Policy.Selector.All,
        1 => Policy.Selector.Has(Pick(Keys)),
        2 => Policy.Selector.NotEqual(Pick(Keys), Pick(Values)),
        3 => Policy.Selector.In(Pick(Keys), Values.Where(_ => random.Next(2) == 0).ToList()),
        4 => Policy.Selector.NotIn(Pick(Keys), Values.Where(_ => random.Next(2) == 0).ToList()),
        5 => Policy.Selector.StartsWith(Pick(Keys), "a"),
        6 or 7 => Policy.Selector.Equal(Pick(Keys), Pick(Values)),
        8 => Policy.Selector.Not(Selector(depth - 1)),
        9 => Policy.Selector.And(Selector(depth - 1), Selector(depth - 1)),
        _ => Policy.Selector.Or(Selector(depth - 1), Selector(depth - 1)),
    };

    /// <summary>Endpoints by namespace and labels.</summary>
    public EndpointMatch Endpoints() => new()
    {
        Namespace = random.Next(3) == 0 ? Pick(RandomWorld.Namespaces) : null,
        NamespaceSelector = random.Next(4) switch
        {
            0 => Selector(),
            1 when random.Next(3) == 0 => Policy.Selector.Global,
            _ => null,
        },
        Selector = Selector(),
        WorkloadsOnly = random.Next(2) == 0,
        ServiceAccounts = random.Next(8) == 0 ? ["web", .. random.Next(2) == 0 ? ["db"] : Array.Empty<string>()] : [],
    };

    /// <summary>A condition on one end.</summary>
    public PeerMatch Peer() => new()
    {
        Endpoints = random.Next(3) > 0 ? Endpoints() : null,
        NotEndpoints = random.Next(8) == 0 ? Endpoints() : null,
        Nets = random.Next(4) == 0 ? [.. Nets()] : [],
        NotNets = random.Next(6) == 0 ? [.. Nets()] : [],
    };

    /// <summary>A condition on traffic.</summary>
    public TrafficMatch Traffic() => new()
    {
        Family = random.Next(8) == 0 ? (random.Next(2) == 0 ? IpFamily.V4 : IpFamily.V6) : null,
        Protocol = random.Next(4) > 0 ? new(Pick(Protocols), random.Next(6) == 0) : null,
        Ports = random.Next(2) == 0 ? PortMatch() : null,
        NotPorts = random.Next(8) == 0 ? PortMatch() : null,
        SourcePorts = random.Next(10) == 0 ? PortMatch() : null,
        NotSourcePorts = random.Next(12) == 0 ? PortMatch() : null,
        Icmp = random.Next(10) == 0 ? Icmp() : null,
        NotIcmp = random.Next(12) == 0 ? Icmp() : null,
    };

    private PortMatch PortMatch()
    {
        var ranges = Enumerable.Range(0, random.Next(3)).Select(_ => Range()).ToList();
        var names = PortNames.Where(_ => random.Next(3) == 0).ToList();
        return new([.. ranges], [.. names]);
    }

    private PortRange Range()
    {
        var (first, last) = (Pick(Ports), Pick(Ports));
        return random.Next(2) == 0 ? PortRange.Single(first) : new(Math.Min(first, last), Math.Max(first, last));
    }

    private IcmpMatch Icmp() => new((byte)(random.Next(2) == 0 ? 8 : 3), random.Next(2) == 0 ? null : (byte)random.Next(2), false);

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
