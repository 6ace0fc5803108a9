using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What the compiler needs to know besides the host policy.</summary>
public sealed record CompileOptions
{
    /// <summary>The defaults.</summary>
    public static CompileOptions Default { get; } = new();

    /// <summary>Traffic that stays open whatever policy says.</summary>
    public EquatableArray<Failsafe> Failsafes { get; init; } = Failsafe.Defaults;

    /// <summary>The netfilter log group that denied and logged packets are sent to.</summary>
    public ushort LogGroup { get; init; } = 4242;

    /// <summary>Bytes of each logged packet that are sent: enough for an IPv6 and a transport header.</summary>
    public uint LogSnapLength { get; init; } = 96;

    /// <summary>Packets that the kernel gathers before it wakes the log's reader (it waits at most a second).</summary>
    public ushort LogQueueThreshold { get; init; } = 32;

    /// <summary>The most packets a second that one policy logs in one direction.</summary>
    public ulong LogPacketsPerSecond { get; init; } = 20;

    /// <summary>The packets that may exceed the rate at once.</summary>
    public uint LogBurst { get; init; } = 50;

    /// <summary>The longest name that a policy has in counters, chains and log prefixes; longer ones end in a hash.</summary>
    public int LongestPolicyName { get; init; } = 100;

    /// <summary>The priority of the base chains: before what other tools hang at filter (0), so that a drop here is final.</summary>
    public int HookPriority { get; init; } = -5;

    /// <summary>The most elements that all sets together may hold.</summary>
    public int MaxElements { get; init; } = 4_000_000;

    /// <summary>
    /// The sizes of the maps that are in use now (<see cref="SetSizes.Of"/>). A map keeps its size while it fits well, so that
    /// one whose element count swings about a power of two is not rebuilt again and again.
    /// </summary>
    public ImmutableDictionary<string, uint> SizesInUse { get; init; } = ImmutableDictionary<string, uint>.Empty;
}
