using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What the names of a path's chains and sets begin with. Counters and logs of forwarded traffic go by its direction: arriving is in, leaving is out.</summary>
internal static class PathNames
{
    public static string Prefix(TrafficPath path) => path switch
    {
        TrafficPath.Inbound => "in",
        TrafficPath.Outbound => "out",
        TrafficPath.ForwardIn => "fwd-in",
        TrafficPath.ForwardOut => "fwd-out",
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no such path"),
    };
}
