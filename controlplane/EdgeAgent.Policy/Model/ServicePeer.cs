namespace EdgeAgent.Policy;

/// <summary>The endpoints behind a Service as the other end of a rule. A rule that has one names no peers until the Service is looked up.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Name">The Service's name.</param>
/// <param name="OnItsPorts">Whether only the ports that the Service leads to are meant: the endpoints' own, never the Service's.</param>
public sealed record ServicePeer(string Namespace, string Name, bool OnItsPorts);
