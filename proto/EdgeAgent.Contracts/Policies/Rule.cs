namespace EdgeAgent.Contracts;

/// <summary>A protocol, or all but it.</summary>
public readonly record struct ProtocolMatch(IpProtocol Protocol, bool Negated)
{
    /// <summary>Whether a packet of the protocol matches.</summary>
    public bool Matches(IpProtocol protocol) => (protocol == Protocol) != Negated;
}

/// <summary>An ICMP or ICMPv6 type, and a code or any; or all but these.</summary>
public readonly record struct IcmpMatch(byte Type, byte? Code, bool Negated)
{
    /// <summary>Whether a message matches.</summary>
    public bool Matches(byte type, byte code) => (type == Type && (Code is null || code == Code)) != Negated;
}

/// <summary>
/// One rule of a host policy. All conditions must hold; an absent one (null or an empty list) always does.
/// </summary>
/// <param name="Verdict">What happens to traffic that matches.</param>
/// <param name="Policy">Where the rule comes from.</param>
public sealed record Rule(Verdict Verdict, PolicyReference Policy)
{
    /// <summary>The IP family that the rule is limited to.</summary>
    public IpFamily? Family { get; init; }

    /// <summary>The protocol; must be a positive one with ports where ports are given, ICMP or ICMPv6 where a type is.</summary>
    public ProtocolMatch? Protocol { get; init; }

    /// <summary>Destination ports: the packet's lies in one of these.</summary>
    public EquatableArray<PortRange> Ports { get; init; }

    /// <summary>Source ports: the packet's lies in one of these.</summary>
    public EquatableArray<PortRange> SourcePorts { get; init; }

    /// <summary>ICMP type and code.</summary>
    public IcmpMatch? Icmp { get; init; }

    /// <summary>Ids of address sets of which one holds the peer.</summary>
    public EquatableArray<string> PeerAnyOf { get; init; }

    /// <summary>Ids of address sets of which none holds the peer.</summary>
    public EquatableArray<string> PeerNoneOf { get; init; }

    /// <summary>Ids of port sets of which one holds (destination address, protocol, destination port): named ports of the peer, outbound only.</summary>
    public EquatableArray<string> PeerPorts { get; init; }

    /// <summary>The host's own address lies in one of these blocks.</summary>
    public EquatableArray<Cidr> SelfAnyOf { get; init; }

    /// <summary>The host's own address lies in none of these blocks.</summary>
    public EquatableArray<Cidr> SelfNoneOf { get; init; }
}
