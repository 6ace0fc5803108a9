namespace EdgeAgent.ControlPlane.Configuration;

/// <summary>
/// How long documents are kept that others have replaced; who changed what and when is kept for ever. A revision that is young enough, or
/// one of the newest, can be gone back to.
/// </summary>
/// <param name="Age">How old a revision becomes before its documents may go; zero keeps all.</param>
/// <param name="Revisions">How many of the newest revisions stay whole, however old.</param>
public sealed record HistoryRetention(TimeSpan Age, long Revisions)
{
    /// <summary>PCI DSS 10.5.1 asks for twelve months of history; a month more lets an assessment take its time.</summary>
    public static HistoryRetention Default { get; } = new(TimeSpan.FromDays(400), 1000);

    /// <summary>How often is looked for what may go.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromHours(6);
}
