using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>nft's words for keys, header fields and operators.</summary>
internal static class Words
{
    public static string Of(MetaKey key) => key switch
    {
        MetaKey.Mark => "mark",
        MetaKey.InputInterface => "iif",
        MetaKey.OutputInterface => "oif",
        MetaKey.InputInterfaceName => "iifname",
        MetaKey.OutputInterfaceName => "oifname",
        MetaKey.Family => "nfproto",
        MetaKey.TransportProtocol => "l4proto",
        _ => string.Create(CultureInfo.InvariantCulture, $"key-{(int)key}"),
    };

    public static int LengthOf(MetaKey key) => key switch
    {
        MetaKey.Family or MetaKey.TransportProtocol => 1,
        MetaKey.InputInterfaceName or MetaKey.OutputInterfaceName => 16,
        _ => 4,
    };

    public static string Of(LoadPayload load) => load switch
    {
        { Base: PayloadBase.Network, Offset: 12, Length: 4 } => "ip saddr",
        { Base: PayloadBase.Network, Offset: 16, Length: 4 } => "ip daddr",
        { Base: PayloadBase.Network, Offset: 8, Length: 16 } => "ip6 saddr",
        { Base: PayloadBase.Network, Offset: 24, Length: 16 } => "ip6 daddr",
        { Base: PayloadBase.Transport, Offset: 0, Length: 2 } => "th sport",
        { Base: PayloadBase.Transport, Offset: 2, Length: 2 } => "th dport",
        { Base: PayloadBase.Transport, Offset: 0, Length: 1 } => "icmp type",
        { Base: PayloadBase.Transport, Offset: 1, Length: 1 } => "icmp code",
        _ => string.Create(CultureInfo.InvariantCulture, $"@{(load.Base == PayloadBase.Network ? "nh" : "th")},{load.Offset * 8},{load.Length * 8}"),
    };

    public static string Of(CompareOperator comparison) => comparison switch
    {
        CompareOperator.Equal => "==",
        CompareOperator.NotEqual => "!=",
        CompareOperator.Less => "<",
        CompareOperator.LessOrEqual => "<=",
        CompareOperator.Greater => ">",
        _ => ">=",
    };

    public static string Of(IpProtocol protocol) => protocol.ToString().ToLowerInvariant();

    public static string Hex(EquatableArray<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes.AsSpan());
}
