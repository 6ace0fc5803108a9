namespace EdgeAgent.Contracts;

/// <summary>A port that a host declares by name.</summary>
public readonly record struct NamedPort(string Name, IpProtocol Protocol, ushort Port);
