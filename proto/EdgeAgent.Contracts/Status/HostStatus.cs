namespace EdgeAgent.Contracts;

/// <summary>How long the parts of one kernel update took.</summary>
public readonly record struct ApplyTime(TimeSpan Compile, TimeSpan Encode, TimeSpan Kernel);

/// <summary>Packets and bytes that one policy decided in one direction since its counter was made.</summary>
/// <param name="Counter">The kernel counter's name, such as <c>default/reviews-to-ratings.in</c>.</param>
/// <param name="Packets">First packets of flows.</param>
/// <param name="Bytes">Their length in bytes.</param>
public readonly record struct PolicyCounter(string Counter, ulong Packets, ulong Bytes);

/// <summary>A foreign change of our table, and its repair.</summary>
/// <param name="At">When it was noticed.</param>
/// <param name="ProcessId">The pid of the changer as the kernel reports it; 0 if unknown.</param>
/// <param name="ProcessName">The name of the changer; empty if unknown.</param>
/// <param name="What">What differed, in words.</param>
/// <param name="Repaired">From notice to proof by readback.</param>
public sealed record DriftEvent(DateTimeOffset At, int ProcessId, string ProcessName, string What, TimeSpan Repaired);

/// <summary>Flows of one kind that were denied, or in audit mode would have been.</summary>
public sealed record DeniedFlow(Direction Direction, IpAddress Source, IpAddress Destination, IpProtocol Protocol, ushort Port, string Policy, long Count, DateTimeOffset LastSeen);

/// <summary>A name that policy grants, as the host resolves it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Addresses">The addresses of the last answer that are granted, sorted.</param>
/// <param name="Leaving">Addresses of earlier answers that are still granted, sorted.</param>
/// <param name="AnsweredAt">When the last answer came, by the host's clock; null for never since the agent started.</param>
/// <param name="TimeToLive">How long that answer holds.</param>
/// <param name="Source">Where the addresses come from, such as <c>10.0.0.53</c>, <c>/etc/hosts</c> or <c>names.cache</c>; empty for nowhere.</param>
/// <param name="Problem">What is wrong with it, in words; empty for nothing.</param>
public sealed record NameStatus(string Name, EquatableArray<IpAddress> Addresses, EquatableArray<IpAddress> Leaving, DateTimeOffset? AnsweredAt, TimeSpan TimeToLive, string Source, string Problem);

/// <summary>What a host reports of itself, on change and every 30 seconds.</summary>
public sealed record HostStatus
{
    /// <summary>The host's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The host's name.</summary>
    public required string Name { get; init; }

    /// <summary>When the agent wrote this, by its own clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>/etc/machine-id</c>; empty if there is none.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>The agent's version.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>The kernel's release, as <c>uname -r</c>.</summary>
    public string Kernel { get; init; } = "";

    /// <summary><c>nftables</c> or <c>iptables</c>.</summary>
    public string Backend { get; init; } = "";

    /// <summary>Where the host stands.</summary>
    public HostState State { get; init; }

    /// <summary>Why, in words, for Failed and RolledBack.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The newest revision that the host was told.</summary>
    public Revision Target { get; init; }

    /// <summary>The revision that the kernel is proven to hold.</summary>
    public Revision Realized { get; init; }

    /// <summary>The digest of the realized host policy.</summary>
    public Digest PolicyDigest { get; init; }

    /// <summary>The digest of the canonical text that was read back from the kernel.</summary>
    public Digest KernelDigest { get; init; }

    /// <summary>The number of rules in the table.</summary>
    public int Rules { get; init; }

    /// <summary>The number of sets and maps.</summary>
    public int Sets { get; init; }

    /// <summary>The number of their elements.</summary>
    public int Elements { get; init; }

    /// <summary>The cost of the last update.</summary>
    public ApplyTime ApplyTime { get; init; }

    /// <summary>The newest drift events, oldest first, at most 20.</summary>
    public EquatableArray<DriftEvent> Drift { get; init; }

    /// <summary>Repairs since the agent started.</summary>
    public long Repairs { get; init; }

    /// <summary>Counters by policy and direction.</summary>
    public EquatableArray<PolicyCounter> Counters { get; init; }

    /// <summary>Denied flows, newest last, at most 200.</summary>
    public EquatableArray<DeniedFlow> Denied { get; init; }

    /// <summary>Failsafes in words.</summary>
    public EquatableArray<string> AlwaysOpen { get; init; }

    /// <summary>Foreign base chains that can drop what we allow, in words.</summary>
    public EquatableArray<string> ShadowedBy { get; init; }

    /// <summary>Names that policy grants, in order, at most 1,000; each with at most 32 addresses of either sort.</summary>
    public EquatableArray<NameStatus> Names { get; init; }

    /// <summary>Tracked connections now.</summary>
    public long ConntrackCount { get; init; }

    /// <summary>Tracked connections at most.</summary>
    public long ConntrackMax { get; init; }

    /// <summary>Processor time of the agent since its start.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>Resident memory of the agent in bytes.</summary>
    public long MemoryBytes { get; init; }
}
