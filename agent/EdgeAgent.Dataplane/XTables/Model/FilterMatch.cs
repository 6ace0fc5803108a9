using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>One match extension of a rule.</summary>
public abstract record FilterMatch;

/// <summary>The connection is in one of the states (xt_conntrack).</summary>
public sealed record StateMatch(ConntrackStates States) : FilterMatch;

/// <summary>A bit of the connection's mark is set (xt_connmark).</summary>
public sealed record MarkMatch(uint Bit) : FilterMatch;

/// <summary>The port is in one of the ranges (xt_multiport); the header must name TCP, UDP, SCTP or UDPLite.</summary>
/// <param name="Source">Whether the source port is looked at, or the destination port.</param>
/// <param name="Ports">At most <see cref="Slots"/> of them, where a range counts for two.</param>
public sealed record PortMatch(bool Source, EquatableArray<PortRange> Ports) : FilterMatch
{
    /// <summary>XT_MULTI_PORTS.</summary>
    public const int Slots = 15;
}

/// <summary>The ICMP or ICMPv6 type and code; the header must name the family's one.</summary>
/// <param name="Type">The type. 255 means every type of ICMP, but not of ICMPv6.</param>
/// <param name="FirstCode">The lowest code.</param>
/// <param name="LastCode">The highest code.</param>
public sealed record IcmpTypeMatch(byte Type, byte FirstCode, byte LastCode) : FilterMatch
{
    /// <summary>ICMP's type that means every type, which therefore cannot be matched itself.</summary>
    public const byte EveryType = 255;
}

/// <summary>The address is in a set, or is not (xt_set).</summary>
public sealed record SetMatch(string Set, bool Source, bool Inverted) : FilterMatch;

/// <summary>The rate is not exceeded (xt_limit). The kernel keeps one rate for each rule.</summary>
/// <param name="PacketsPerSecond">At most <see cref="Finest"/>.</param>
/// <param name="Burst">The packets that may exceed the rate at once.</param>
public sealed record RateMatch(uint PacketsPerSecond, uint Burst) : FilterMatch
{
    /// <summary>XT_LIMIT_SCALE: the rate is kept as ten thousandths of a second for each packet.</summary>
    public const uint Finest = 10_000;
}
