using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A host policy that took the place of another, for all hosts that had the one and have the other: their delta is the same.</summary>
/// <param name="Before">The policy before, without revision; null for hosts that are new.</param>
/// <param name="After">The policy after, without revision.</param>
/// <param name="Hosts">The hosts.</param>
public sealed record PolicyChange(HostPolicy? Before, HostPolicy After, HostSelection Hosts);
