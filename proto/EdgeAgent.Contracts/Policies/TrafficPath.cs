namespace EdgeAgent.Contracts;

/// <summary>Where on its way through a host a packet meets stages. A forwarded packet meets two: where it arrives, then where it leaves.</summary>
public enum TrafficPath : byte
{
    /// <summary>To the host itself.</summary>
    Inbound = 1,

    /// <summary>From the host itself.</summary>
    Outbound = 2,

    /// <summary>Through the host, where it arrives: the peer is the source, and the destination stands for the host's own address.</summary>
    ForwardIn = 3,

    /// <summary>Through the host, where it leaves: the peer is the destination, and the source stands for the host's own address.</summary>
    ForwardOut = 4,
}

/// <summary>What paths have in common.</summary>
public static class TrafficPaths
{
    /// <summary>All paths.</summary>
    public static EquatableArray<TrafficPath> All { get; } = [TrafficPath.Inbound, TrafficPath.Outbound, TrafficPath.ForwardIn, TrafficPath.ForwardOut];

    /// <summary>The direction in which rules read: towards the host, or from it.</summary>
    public static Direction Direction(this TrafficPath path) =>
        path is TrafficPath.Inbound or TrafficPath.ForwardIn ? Contracts.Direction.Inbound : Contracts.Direction.Outbound;

    /// <summary>Whether the traffic only passes through the host.</summary>
    public static bool IsForwarded(this TrafficPath path) => path is TrafficPath.ForwardIn or TrafficPath.ForwardOut;

    /// <summary>The path of the host's own traffic in a direction.</summary>
    public static TrafficPath OwnPath(this Direction direction) => direction == Contracts.Direction.Inbound ? TrafficPath.Inbound : TrafficPath.Outbound;

    /// <summary>The path of forwarded traffic in a direction.</summary>
    public static TrafficPath ForwardPath(this Direction direction) => direction == Contracts.Direction.Inbound ? TrafficPath.ForwardIn : TrafficPath.ForwardOut;
}
