using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes.Admin;

/// <summary>Ranges of ports in cluster-wide policies.</summary>
internal static class PortRanges
{
    /// <summary>The first port.</summary>
    public static readonly Field<int> Start = Field.Required("start", NetworkValues.Port, "the first port");

    /// <summary>The last port.</summary>
    public static readonly Field<int> End = Field.Required("end", NetworkValues.Port, "the last port, above start");

    /// <summary>Reads start and end.</summary>
    public static PortRange? Read(ObjectInput input)
    {
        if (!input.TryRead(Start, out var start) | !input.TryRead(End, out var end))
            return null;
        if (end <= start)
        {
            input.Error(End, $"end {end} is not above start {start}; expected {start + 1} to 65535");
            return null;
        }

        return new PortRange((ushort)start, (ushort)end);
    }

    /// <summary>A match of destination ports.</summary>
    public static TrafficMatch Traffic(IpProtocol? protocol, int first, int last) => new()
    {
        Protocol = new(protocol ?? IpProtocol.Tcp, false),
        Ports = PortMatch.Of(new PortRange((ushort)first, (ushort)last)),
    };
}
