using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The header of a message of a batch that is about to be written.</summary>
internal readonly record struct MessageStart(ushort Type, MessageFlags Flags, uint Sequence);
