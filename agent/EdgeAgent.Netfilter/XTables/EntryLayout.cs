using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Where things lie in struct ipt_entry and struct ip6t_entry of 64-bit kernels (linux/netfilter_ipv4/ip_tables.h and its IPv6 twin),
/// and the numbers of their socket options. Integers lie in host order, addresses in network order.
/// </summary>
internal sealed record EntryLayout
{
    internal const int NameLength = 32, MatchHeader = 32, TargetHeader = 32, ExtensionNameLength = 29, InterfaceNameLength = 16;
    internal const int ChainNameLength = 30, ErrorTarget = 64, StandardTarget = 40, CounterLength = 16, HookCount = 5;

    internal static EntryLayout V4 { get; } = new()
    {
        Family = IpFamily.V4,
        SocketFamily = 2,
        SocketLevel = 0,
        RevisionOfMatch = 66,
        RevisionOfTarget = 67,
        Source = 0,
        Destination = 4,
        SourceMask = 8,
        DestinationMask = 12,
        AddressLength = 4,
        InputInterface = 16,
        Protocol = 80,
        Flags = 82,
        InvertFlags = 83,
        ProtocolFlag = 0,
        GotoFlag = 2,
        TargetOffset = 88,
        NextOffset = 90,
        ComeFrom = 92,
        Counters = 96,
        Length = 112,
    };

    internal static EntryLayout V6 { get; } = new()
    {
        Family = IpFamily.V6,
        SocketFamily = 10,
        SocketLevel = 41,
        RevisionOfMatch = 68,
        RevisionOfTarget = 69,
        Source = 0,
        Destination = 16,
        SourceMask = 32,
        DestinationMask = 48,
        AddressLength = 16,
        InputInterface = 64,
        Protocol = 128,
        Flags = 131,
        InvertFlags = 132,
        ProtocolFlag = 1,
        GotoFlag = 4,
        TargetOffset = 140,
        NextOffset = 142,
        ComeFrom = 144,
        Counters = 152,
        Length = 168,
    };

    internal required IpFamily Family { get; init; }

    internal required int SocketFamily { get; init; }

    internal required int SocketLevel { get; init; }

    internal required int RevisionOfMatch { get; init; }

    internal required int RevisionOfTarget { get; init; }

    internal required int Source { get; init; }

    internal required int Destination { get; init; }

    internal required int SourceMask { get; init; }

    internal required int DestinationMask { get; init; }

    internal required int AddressLength { get; init; }

    /// <summary>Four times 16 bytes: names of input and output interface, then the masks of both.</summary>
    internal required int InputInterface { get; init; }

    internal required int Protocol { get; init; }

    internal required int Flags { get; init; }

    internal required int InvertFlags { get; init; }

    /// <summary>IP6T_F_PROTO, without which IPv6 does not look at the protocol.</summary>
    internal required byte ProtocolFlag { get; init; }

    internal required byte GotoFlag { get; init; }

    internal required int TargetOffset { get; init; }

    internal required int NextOffset { get; init; }

    internal required int ComeFrom { get; init; }

    internal required int Counters { get; init; }

    /// <summary>The entry without matches and target.</summary>
    internal required int Length { get; init; }

    internal static EntryLayout Of(IpFamily family) => family == IpFamily.V4 ? V4 : V6;
}
