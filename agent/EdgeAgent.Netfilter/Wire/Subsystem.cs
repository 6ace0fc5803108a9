namespace EdgeAgent.Netfilter;

/// <summary>NFNL_SUBSYS_* of linux/netfilter/nfnetlink.h: the high byte of a message's type.</summary>
internal enum Subsystem : byte
{
    Conntrack = 1,
    Log = 4,
    IpSet = 6,
    Tables = 10,
}
