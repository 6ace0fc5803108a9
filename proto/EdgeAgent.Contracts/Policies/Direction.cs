namespace EdgeAgent.Contracts;

/// <summary>The side of a flow, seen from a host.</summary>
public enum Direction : byte
{
    /// <summary>Towards the host; the peer is the source.</summary>
    Inbound = 1,

    /// <summary>From the host; the peer is the destination.</summary>
    Outbound = 2,
}
