using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>A set as the kernel lists it, without members.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type: <c>hash:ip</c>.</param>
/// <param name="Schema">Its schema; null for a kind that we do not make: another type, or members with timeouts.</param>
/// <param name="Mark">A number that changes with its size, its references and the like.</param>
public sealed record IpSetHeader(string Name, string Type, SetSchema? Schema, ulong Mark);
