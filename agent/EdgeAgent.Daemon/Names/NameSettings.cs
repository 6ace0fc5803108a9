namespace EdgeAgent.Daemon;

/// <summary>The limits that the resolution of names lives by.</summary>
public sealed record NameSettings
{
    /// <summary>The shortest time that an answer is taken to hold, whatever it says: whoever says less is not asked more often.</summary>
    public TimeSpan ShortestHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest: a changed address is noticed after it at the latest.</summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an address is granted after the last answer that had it ceased to hold.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When an address whose time is over, but that connections use, is looked at again.</summary>
    public TimeSpan UseCheck { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait after the first failure; it doubles with each further one up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait between two attempts.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most addresses of a name and family, those of the last answer and those that are leaving each.</summary>
    public int MostAddresses { get; init; } = 256;

    /// <summary>The most names that are resolved.</summary>
    public int MostNames { get; init; } = 1_000;
}
