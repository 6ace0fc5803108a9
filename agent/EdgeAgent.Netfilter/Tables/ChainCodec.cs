using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Chains (NFTA_CHAIN_*, NFTA_HOOK_*).</summary>
internal static class ChainCodec
{
    private const ushort Table = 1, Name = 3, HookAttribute = 4, Policy = 5, Type = 7, Flags = 10;
    private const ushort HookNumber = 1, Priority = 2, Device = 3, Devices = 4;
    private const uint Drop = 0, Accept = 1, BaseFlag = 1;
    private const string Filter = "filter";

    internal static void WriteNew(MessageWriter message, string table, string chain, BaseHook? hook)
    {
        WriteReference(message, table, chain);
        if (hook is null)
            return;
        message.PutString(Type, Filter);
        WritePolicy(message, hook.DropsRest);
        using (message.Nest(HookAttribute))
        {
            message.PutUInt32BigEndian(HookNumber, (uint)hook.Hook);
            message.PutUInt32BigEndian(Priority, unchecked((uint)hook.Priority));
        }
    }

    /// <summary>Another policy for a base chain that is there.</summary>
    internal static void WritePolicy(MessageWriter message, string table, SetChainPolicy set)
    {
        WriteReference(message, table, set.Chain);
        WritePolicy(message, set.DropsRest);
    }

    internal static void WriteReference(MessageWriter message, string table, string chain)
    {
        message.PutString(Table, table);
        message.PutString(Name, chain);
    }

    /// <summary>A chain of any table, as it lies in the kernel.</summary>
    internal static ListedChain Read(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        var hook = row.Inside(HookAttribute);
        return new ListedChain
        {
            Family = NetfilterHeader.Family(message),
            Table = row.Text(Table) ?? "",
            Name = row.Text(Name) ?? "",
            HookNumber = hook.Number(HookNumber),
            Priority = unchecked((int)(hook.Number(Priority) ?? 0)),
            HasDevice = hook.Has(Device) || hook.Has(Devices),
            Type = row.Text(Type),
            PolicyAccepts = (row.Number(Policy) ?? Accept) == Accept,
            OtherFlags = (row.Number(Flags) ?? 0) & ~BaseFlag,
        };
    }

    /// <summary>The base hook in the model's words.</summary>
    /// <param name="chain">A chain of our table.</param>
    /// <param name="hook">Null for a chain without hook.</param>
    /// <returns>False if the chain is such that the model cannot express it.</returns>
    internal static bool TryModel(ListedChain chain, out BaseHook? hook)
    {
        hook = null;
        if (chain.HasDevice || chain.OtherFlags != 0)
            return false;
        if (chain.HookNumber is not { } number)
            return true;
        if (chain.Type != Filter || number > byte.MaxValue || !Enum.IsDefined((Hook)number))
            return false;
        hook = new BaseHook((Hook)number, chain.Priority) { DropsRest = !chain.PolicyAccepts };
        return true;
    }

    private static void WritePolicy(MessageWriter message, bool dropsRest) => message.PutUInt32BigEndian(Policy, dropsRest ? Drop : Accept);
}
