namespace EdgeAgent.Netfilter;

/// <summary>How a log group is listened to.</summary>
/// <param name="Group">The group's number; one listener for each group and network namespace.</param>
public sealed record PacketLogOptions(ushort Group)
{
    /// <summary>Bytes of each packet to receive; the rule may ask for fewer. 128 hold the headers of any packet of interest.</summary>
    public uint SnapLength { get; init; } = 128;

    /// <summary>Packets that the kernel gathers before it wakes the reader; 50 cost a tenth of one at a time.</summary>
    public uint QueueThreshold { get; init; } = 50;

    /// <summary>How long the kernel keeps fewer than that, in steps of 10 ms.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Receive buffer in bytes.</summary>
    public int ReceiveBuffer { get; init; } = 4 << 20;

    /// <summary>File of the network namespace; null for this process's own.</summary>
    public string? NetworkNamespace { get; init; }
}
