namespace EdgeAgent.Dataplane;

/// <summary>What a rule does with a packet.</summary>
public abstract record FilterTarget;

/// <summary>Ends the packet's way through our chains, or goes on with the next rule.</summary>
public sealed record VerdictTarget(FilterVerdict Verdict) : FilterTarget
{
    /// <summary>Drops the packet.</summary>
    public static VerdictTarget Drop { get; } = new(FilterVerdict.Drop);

    /// <summary>Lets the packet go on behind our jump: what others decide of it counts as well.</summary>
    public static VerdictTarget Return { get; } = new(FilterVerdict.Return);

    /// <summary>Counts alone.</summary>
    public static VerdictTarget Next { get; } = new(FilterVerdict.Next);
}

/// <summary>Verdicts of the standard target, with the kernel's numbers but for the last.</summary>
public enum FilterVerdict
{
    /// <summary>NF_DROP.</summary>
    Drop = -1,

    /// <summary>NF_ACCEPT: ends the table, other rules behind it too. We never write it.</summary>
    Accept = -2,

    /// <summary>XT_RETURN.</summary>
    Return = -5,

    /// <summary>A jump to the next rule.</summary>
    Next = 0,
}

/// <summary>Continues in another chain, for good.</summary>
/// <param name="Chain">The chain, one of ours.</param>
public sealed record GotoTarget(string Chain) : FilterTarget;

/// <summary>Continues in another chain, and comes back after it.</summary>
/// <param name="Chain">The chain, one of ours.</param>
public sealed record JumpTarget(string Chain) : FilterTarget;

/// <summary>Sends the packet's head to a log group, then goes on with the next rule (xt_NFLOG).</summary>
/// <param name="Group">The group's number.</param>
/// <param name="Prefix">At most <see cref="LongestPrefix"/> bytes of ASCII.</param>
/// <param name="SnapLength">Bytes of each packet to send.</param>
/// <param name="QueueThreshold">Packets that the kernel gathers before it wakes the reader.</param>
public sealed record LogTarget(ushort Group, string Prefix, uint SnapLength, ushort QueueThreshold) : FilterTarget
{
    /// <summary>The longest prefix in bytes: 64 with its NUL.</summary>
    public const int LongestPrefix = 63;
}
