namespace EdgeAgent.Daemon;

/// <summary>The limits of time that the agent lives by.</summary>
public sealed record CoreSettings
{
    /// <summary>How long the control plane may stay silent after a new policy before it is undone; null never undoes.</summary>
    public TimeSpan? ConfirmWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time between two full comparisons with the kernel.</summary>
    public TimeSpan VerifyEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The wait before a policy that the kernel refused is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a new policy waits for the first answers about names that it grants, so that it does not cut in passing what it allows.</summary>
    public TimeSpan NamesPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often the status is reported when nothing changes.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Repairs in <see cref="RepairWindow"/> that are done at once; further ones wait for <see cref="RepairPause"/>.</summary>
    public int RepairBurst { get; init; } = 10;

    /// <summary>The span that repairs are counted over.</summary>
    public TimeSpan RepairWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The least time between two repairs once the burst is used up.</summary>
    public TimeSpan RepairPause { get; init; } = TimeSpan.FromSeconds(1);
}
