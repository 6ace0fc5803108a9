using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Some of the 256 IP protocols, as bits.</summary>
internal readonly record struct ProtocolBits(UInt128 Low, UInt128 High)
{
    private const int Half = 128;

    public static ProtocolBits None => default;

    public static ProtocolBits All => new(UInt128.MaxValue, UInt128.MaxValue);

    public bool Has(IpProtocol protocol) => ((protocol.Number < Half ? Low >> protocol.Number : High >> (protocol.Number - Half)) & 1) != 0;

    public ProtocolBits With(IpProtocol protocol) => this | Single(protocol);

    public ProtocolBits Without(IpProtocol protocol) => Except(Single(protocol));

    public ProtocolBits Except(ProtocolBits other) => new(Low & ~other.Low, High & ~other.High);

    /// <summary>The numbers as ascending ranges.</summary>
    public IEnumerable<PortRange> Ranges()
    {
        var bits = this;
        return PortRanges.Merge(Enumerable.Range(0, 256).Where(number => bits.Has(new((byte)number))).Select(number => PortRange.Single((ushort)number)));
    }

    public static ProtocolBits operator &(ProtocolBits left, ProtocolBits right) => new(left.Low & right.Low, left.High & right.High);

    public static ProtocolBits operator |(ProtocolBits left, ProtocolBits right) => new(left.Low | right.Low, left.High | right.High);

    private static ProtocolBits Single(IpProtocol protocol) =>
        protocol.Number < Half ? new(UInt128.One << protocol.Number, 0) : new(0, UInt128.One << (protocol.Number - Half));
}
