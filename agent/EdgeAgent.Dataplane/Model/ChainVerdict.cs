namespace EdgeAgent.Dataplane;

/// <summary>What ends a rule, or what a verdict map holds (NF_* and NFT_* verdict codes).</summary>
/// <param name="Code">The code.</param>
/// <param name="Chain">The chain to go to, for <see cref="VerdictCode.Jump"/> and <see cref="VerdictCode.Goto"/>; else null.</param>
public sealed record ChainVerdict(VerdictCode Code, string? Chain = null)
{
    /// <summary>Accept: ends the hook's evaluation in this table.</summary>
    public static ChainVerdict Accept { get; } = new(VerdictCode.Accept);

    /// <summary>Drop: final.</summary>
    public static ChainVerdict Drop { get; } = new(VerdictCode.Drop);

    /// <summary>Return to the calling chain.</summary>
    public static ChainVerdict Return { get; } = new(VerdictCode.Return);

    /// <summary>Continue in another chain and come back after it.</summary>
    public static ChainVerdict Jump(string chain) => new(VerdictCode.Jump, chain);

    /// <summary>Continue in another chain.</summary>
    public static ChainVerdict Goto(string chain) => new(VerdictCode.Goto, chain);

    /// <summary>As nft prints it.</summary>
    public override string ToString() => Chain is null ? Code.ToString().ToLowerInvariant() : $"{Code.ToString().ToLowerInvariant()} {Chain}";
}

/// <summary>Verdict codes (linux/netfilter.h, linux/netfilter/nf_tables.h).</summary>
public enum VerdictCode
{
    /// <summary>NF_DROP.</summary>
    Drop = 0,

    /// <summary>NF_ACCEPT.</summary>
    Accept = 1,

    /// <summary>NFT_CONTINUE: go on with the next rule.</summary>
    Continue = -1,

    /// <summary>NFT_JUMP.</summary>
    Jump = -3,

    /// <summary>NFT_GOTO.</summary>
    Goto = -4,

    /// <summary>NFT_RETURN.</summary>
    Return = -5,
}
