using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>One endpoint's named port, resolved: an address, a protocol and a port.</summary>
public readonly record struct PortSetMember(IpAddress Address, IpProtocol Protocol, ushort Port) : IComparable<PortSetMember>
{
    /// <inheritdoc/>
    public int CompareTo(PortSetMember other)
    {
        var byAddress = Address.CompareTo(other.Address);
        if (byAddress != 0)
            return byAddress;
        var byProtocol = Protocol.CompareTo(other.Protocol);
        return byProtocol != 0 ? byProtocol : Port.CompareTo(other.Port);
    }

    /// <summary><c>10.0.0.6 TCP/9080</c>.</summary>
    public override string ToString() => $"{Address} {Protocol}/{Port}";
}

/// <summary>A named set of (address, protocol, port): the endpoints behind a named port.</summary>
public sealed record PortSet
{
    /// <summary>Makes a set; members become sorted and unique.</summary>
    public PortSet(string id, IEnumerable<PortSetMember> members)
    {
        Id = id;
        Members = members.Distinct().Order().ToImmutableArray();
        Digest = Digest.Of(string.Join('\n', Members));
    }

    /// <summary>The name, unique within a host policy.</summary>
    public string Id { get; }

    /// <summary>Sorted, unique members.</summary>
    public EquatableArray<PortSetMember> Members { get; }

    /// <summary>The digest of the members alone.</summary>
    public Digest Digest { get; }
}
