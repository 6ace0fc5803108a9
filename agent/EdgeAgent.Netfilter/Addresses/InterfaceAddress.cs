using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>One address of one interface.</summary>
/// <param name="Interface">The index of the interface.</param>
/// <param name="Address">The address; of a point-to-point link this host's own.</param>
/// <param name="Scope">How far it is valid (RT_SCOPE_*): 0 everywhere, 253 on the link, 254 on the host.</param>
public readonly record struct InterfaceAddress(uint Interface, IpAddress Address, byte Scope);
