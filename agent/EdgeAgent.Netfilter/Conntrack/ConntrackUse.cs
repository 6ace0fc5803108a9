namespace EdgeAgent.Netfilter;

/// <summary>How full the table of tracked connections is.</summary>
/// <param name="Entries">Connections of this network namespace.</param>
/// <param name="Limit">The most that there may be.</param>
public readonly record struct ConntrackUse(long Entries, long Limit);
