namespace EdgeAgent.Netfilter;

/// <summary>One tracked connection (an entry of nf_conntrack).</summary>
public sealed record Flow
{
    /// <summary>As the first packet had it.</summary>
    public required FlowTuple Original { get; init; }

    /// <summary>As its answers have it; not the mirror of <see cref="Original"/> where addresses are translated.</summary>
    public required FlowTuple Reply { get; init; }

    /// <summary>Bits of IPS_* (linux/netfilter/nf_conntrack_common.h): 2 is "an answer was seen", 8 "confirmed".</summary>
    public required uint Status { get; init; }

    /// <summary>The kernel's number for this very entry.</summary>
    public required uint Id { get; init; }

    /// <summary>The conntrack zone; 0 unless somebody set one up.</summary>
    public ushort Zone { get; init; }

    /// <summary>The connection mark.</summary>
    public uint Mark { get; init; }

    /// <summary>
    /// True if tracking began in the middle of a TCP connection: the kernel checks no windows then, and <see cref="Original"/> is the
    /// direction of whoever happened to send first, not the one that the connection was opened in.
    /// </summary>
    public bool PickedUp { get; init; }

    /// <summary>True if it is a TCP connection that both sides closed, or one reset: it only waits to be forgotten.</summary>
    public bool IsOver { get; init; }

    /// <summary>Whether the answering side ever sent anything.</summary>
    public bool IsAnswered => (Status & 2) != 0;

    /// <summary>Seconds until it is forgotten if nothing comes; 0 if the kernel did not say.</summary>
    public uint TimeoutSeconds { get; init; }

    /// <summary>What the original direction carried; null unless net.netfilter.nf_conntrack_acct was 1 when it began.</summary>
    public CounterReading? OriginalTraffic { get; init; }

    /// <summary>What the reply direction carried; null as <see cref="OriginalTraffic"/>.</summary>
    public CounterReading? ReplyTraffic { get; init; }
}
