namespace EdgeAgent.Policy;

/// <summary>A host policy that took the place of another, for all hosts that had the one and have the other: their delta is the same.</summary>
/// <param name="Before">The policy before; null for hosts that are new.</param>
/// <param name="After">The policy after.</param>
/// <param name="Hosts">The hosts.</param>
public sealed record PolicyChange(SharedPolicy? Before, SharedPolicy After, HostSelection Hosts);
