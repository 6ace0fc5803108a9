using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// One step of a rule, as the nf_tables machine runs it. A rule's steps run in order; the first that does not match ends the rule.
/// </summary>
public abstract record Expression;

/// <summary>Loads a property of the packet's context (nft_meta).</summary>
public sealed record LoadMeta(MetaKey Key, Register Into) : Expression;

/// <summary>Loads header bytes, in network order (nft_payload); a packet that is too short does not match.</summary>
public sealed record LoadPayload(PayloadBase Base, byte Offset, byte Length, Register Into) : Expression;

/// <summary>Loads a property of the tracked connection (nft_ct).</summary>
public sealed record LoadConntrack(ConntrackKey Key, Register Into) : Expression;

/// <summary><c>into = (source &amp; mask) ^ xor</c> (nft_bitwise); mask and xor have the value's length.</summary>
public sealed record Bitwise(Register Source, Register Into, EquatableArray<byte> Mask, EquatableArray<byte> Xor) : Expression;

/// <summary>Compares a register with a constant, byte by byte from the first (nft_cmp).</summary>
public sealed record Compare(Register Source, CompareOperator Operator, EquatableArray<byte> Value) : Expression;

/// <summary>Matches if the set holds the key, or if not (nft_lookup).</summary>
public sealed record LookupSet(string Set, Register Key, bool Inverted) : Expression;

/// <summary>Runs the verdict that the map holds for the key; no entry: does not match (nft_lookup into the verdict register).</summary>
public sealed record LookupVerdict(string Map, Register Key) : Expression;

/// <summary>Counts in a named counter (nft_objref).</summary>
public sealed record Count(string Counter) : Expression;

/// <summary>Counts in the counter that the map holds for the key; no entry: does not match (nft_objref with a map).</summary>
public sealed record CountByMap(string Map, Register Key) : Expression;

/// <summary>Matches while the rate is not exceeded (nft_limit, packets a second).</summary>
public sealed record Limit(ulong PacketsPerSecond, uint Burst) : Expression;

/// <summary>Sends the packet's head to a log group (nft_log).</summary>
/// <param name="Group">The group's number.</param>
/// <param name="Prefix">At most 127 bytes of ASCII.</param>
/// <param name="SnapLength">Bytes of each packet to send.</param>
/// <param name="QueueThreshold">Packets that the kernel gathers before it wakes the reader.</param>
public sealed record LogToGroup(ushort Group, string Prefix, uint SnapLength, ushort QueueThreshold) : Expression;

/// <summary>Ends the rule with a verdict (nft_immediate).</summary>
public sealed record Decide(ChainVerdict Verdict) : Expression;

/// <summary>Drops, and answers the sender that it is administratively prohibited (nft_reject; ICMP or ICMPv6 by family, or TCP reset).</summary>
public sealed record Reject(RejectKind Kind) : Expression;
