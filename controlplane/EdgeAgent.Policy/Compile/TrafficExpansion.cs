using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Turns a traffic match into compiled forms, given the named ports of both ends.</summary>
internal static class TrafficExpansion
{
    private static readonly IpProtocol[] ProtocolsWithPorts = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.UdpLite];

    private static readonly IpProtocol[] ProtocolsWithTypes = [IpProtocol.Icmp, IpProtocol.IcmpV6];

    /// <summary>The forms of which one holds exactly when the match does.</summary>
    /// <param name="match">The match.</param>
    /// <param name="destination">The named ports of the destination.</param>
    /// <param name="source">The named ports of the source.</param>
    public static IEnumerable<TrafficForm> Forms(TrafficMatch match, EquatableArray<NamedPort> destination, EquatableArray<NamedPort> source)
    {
        var aboutPorts = match.Ports is not null || match.NotPorts is not null || match.SourcePorts is not null || match.NotSourcePorts is not null;
        var aboutTypes = match.Icmp is not null || match.NotIcmp is not null;
        if (aboutPorts)
            return aboutTypes ? [] : Allowed(match, ProtocolsWithPorts).SelectMany(protocol => PortForms(match, protocol, destination, source));
        return aboutTypes
            ? Allowed(match, ProtocolsWithTypes).SelectMany(protocol => TypeForms(match, protocol))
            : [new(match.Family, match.Protocol)];
    }

    /// <summary>The protocols that may satisfy a match that speaks of ports.</summary>
    public static IEnumerable<IpProtocol> WithPorts(TrafficMatch match) => Allowed(match, ProtocolsWithPorts);

    /// <summary>The ports that a match names by number or by a name of the endpoint, for one protocol.</summary>
    public static IEnumerable<PortRange> Resolve(PortMatch ports, IpProtocol protocol, EquatableArray<NamedPort> named) =>
        ports.Ranges.Items.Concat(named.Items
            .Where(port => port.Protocol == protocol && ports.Names.Items.Contains(port.Name))
            .Select(port => PortRange.Single(port.Port)));

    private static IEnumerable<IpProtocol> Allowed(TrafficMatch match, IpProtocol[] protocols) =>
        protocols.Where(protocol => match.Protocol is null || match.Protocol.Value.Matches(protocol));

    private static IEnumerable<TrafficForm> PortForms(TrafficMatch match, IpProtocol protocol, EquatableArray<NamedPort> destination, EquatableArray<NamedPort> source)
    {
        var ports = Ranges(match.Ports, match.NotPorts, protocol, destination);
        var sourcePorts = Ranges(match.SourcePorts, match.NotSourcePorts, protocol, source);
        if (ports.Count == 0 || sourcePorts.Count == 0)
            yield break;
        yield return new(match.Family, new(protocol, false))
        {
            Ports = PortRanges.IsAll(ports) ? [] : [.. ports],
            SourcePorts = PortRanges.IsAll(sourcePorts) ? [] : [.. sourcePorts],
        };
    }

    private static List<PortRange> Ranges(PortMatch? ports, PortMatch? notPorts, IpProtocol protocol, EquatableArray<NamedPort> named)
    {
        var given = ports is null ? [PortRange.All] : Resolve(ports, protocol, named);
        return PortRanges.Except(given, notPorts is null ? [] : Resolve(notPorts, protocol, named));
    }

    private static IEnumerable<TrafficForm> TypeForms(TrafficMatch match, IpProtocol protocol)
    {
        var form = new TrafficForm(match.Family, new(protocol, false));
        return (match.Icmp, match.NotIcmp) switch
        {
            ({ } only, null) => [form with { Icmp = only }],
            (null, { } not) => [form with { Icmp = not with { Negated = true } }],
            ({ } only, { } not) => Without(only, not).Select(icmp => form with { Icmp = icmp }),
            _ => [],
        };
    }

    /// <summary>A compiled rule has one ICMP condition: a type without one of its codes is written as its other codes.</summary>
    private static IEnumerable<IcmpMatch> Without(IcmpMatch only, IcmpMatch not)
    {
        if (only.Type != not.Type || (only.Code is not null && not.Code is not null && only.Code != not.Code))
            return [only];
        if (not.Code is null || only.Code is not null)
            return [];
        return Enumerable.Range(0, 256).Where(code => code != not.Code).Select(code => new IcmpMatch(only.Type, (byte)code, false));
    }
}
