namespace EdgeAgent.Daemon;

/// <summary>A policy is in force but not yet proven harmless: the control plane has not been heard since.</summary>
/// <param name="Since">When it came into force.</param>
/// <param name="Deadline">When it is undone.</param>
public sealed record Confirmation(TimeSpan Since, TimeSpan Deadline);
