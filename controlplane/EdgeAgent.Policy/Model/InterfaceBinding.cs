namespace EdgeAgent.Policy;

/// <summary>The interfaces of a machine that an endpoint stands for.</summary>
/// <param name="Node">The name of the machine: that of another host, or the endpoint's own.</param>
/// <param name="Interface">The interface; null for all that no other endpoint of the machine names.</param>
public sealed record InterfaceBinding(string Node, string? Interface);
