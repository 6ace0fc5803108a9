using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Flows that are allowed after a change of resources and were not before, or the reverse.</summary>
/// <param name="IsAllowed">Whether they are newly allowed; else they are newly denied.</param>
/// <param name="Sources">The groups of which any source is meant.</param>
/// <param name="Destinations">The groups of which any destination is meant, with every source; but a host itself never is.</param>
/// <param name="Family">The family of the flows; null for each that both ends have.</param>
/// <param name="Traffic">The traffic.</param>
public sealed record FlowChange(
    bool IsAllowed,
    ImmutableArray<FlowGroup> Sources,
    ImmutableArray<FlowGroup> Destinations,
    IpFamily? Family,
    TrafficSet Traffic);
