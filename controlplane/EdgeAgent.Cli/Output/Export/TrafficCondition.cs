using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output.Export;

/// <summary>What one Calico rule can ask of a packet. Port 0, which nobody uses, cannot be said.</summary>
/// <param name="Protocol">The protocol; empty for any.</param>
/// <param name="Ports">Destination ports; empty for any.</param>
/// <param name="SourcePorts">Source ports; empty for any.</param>
/// <param name="Icmp">ICMP type and code; null for any.</param>
internal sealed record TrafficCondition(string Protocol, IReadOnlyList<PortRange> Ports, IReadOnlyList<PortRange> SourcePorts, (int Type, int? Code)? Icmp)
{
    private static readonly IpProtocol[] Named = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.UdpLite, IpProtocol.Icmp, IpProtocol.IcmpV6];

    /// <summary>No condition.</summary>
    public static TrafficCondition Any { get; } = new("", [], [], null);

    /// <summary>The conditions of which one holds for each packet of a part.</summary>
    public static IEnumerable<TrafficCondition> Of(TrafficPart part)
    {
        if (part.IsIcmp)
        {
            if (part.Ports.IsEmpty && part.SourcePorts.IsEmpty)
                return [new(part.Protocol, [], [], null)];
            var types = part.Ports.IsEmpty ? Enumerable.Range(0, 256) : part.Ports.SelectMany(Numbers);
            return types.SelectMany(type => part.SourcePorts.IsEmpty ? [(type, (int?)null)] : part.SourcePorts.SelectMany(Numbers).Select(code => (type, (int?)code)))
                .Select(icmp => new TrafficCondition(part.Protocol, [], [], icmp));
        }

        if (IpProtocol.TryParse(part.Protocol, out var protocol) && protocol.HasPorts)
        {
            var (ports, sources) = (Sayable(part.Ports), Sayable(part.SourcePorts));
            var isNothing = (ports.Count == 0 && !part.Ports.IsEmpty) || (sources.Count == 0 && !part.SourcePorts.IsEmpty);
            return isNothing ? [] : [new(part.Protocol, ports, sources, null)];
        }

        return Others(part.Protocol).Select(number => new TrafficCondition(number.ToString(CultureInfo.InvariantCulture), [], [], null));
    }

    private static IEnumerable<int> Others(string text)
    {
        if (text == "other")
            return Enumerable.Range(0, 256).Where(number => !Named.Contains(new((byte)number)));
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var first = int.Parse(dash < 0 ? text : text[..dash], CultureInfo.InvariantCulture);
        var last = dash < 0 ? first : int.Parse(text[(dash + 1)..], CultureInfo.InvariantCulture);
        return Enumerable.Range(first, last - first + 1);
    }

    private static IEnumerable<int> Numbers(PortRange range) => Enumerable.Range(range.First, range.Last - range.First + 1);

    private static List<PortRange> Sayable(EquatableArray<PortRange> ranges) =>
        [.. ranges.Where(range => range.Last > 0).Select(range => new PortRange(Math.Max((ushort)1, range.First), range.Last))];
}
