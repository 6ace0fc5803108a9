using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Rules (NFTA_RULE_*).</summary>
internal static class RuleCodec
{
    private const ushort Table = 1, Chain = 2, Expressions = 4, UserDataAttribute = 7;

    internal static void WriteNew(MessageWriter message, string table, string chain, ChainRule rule)
    {
        WriteReference(message, table, chain);
        if (rule.Comment is not null)
            UserData.WriteComment(message, UserDataAttribute, rule.Comment);
        using (message.Nest(Expressions))
        {
            foreach (var expression in rule.Expressions)
                ExpressionCodec.Write(message, expression);
        }
    }

    /// <summary>All rules of a chain.</summary>
    internal static void WriteReference(MessageWriter message, string table, string chain)
    {
        message.PutString(Table, table);
        message.PutString(Chain, chain);
    }

    internal static void WriteDump(MessageWriter message) => message.PutString(Table, Ruleset.Table);

    internal static bool IsOurs(NetlinkMessage message) => message.Attributes(NetfilterHeader.Length).Text(Table) == Ruleset.Table;

    /// <summary>A rule and its chain; what the model cannot express of it is named in <paramref name="unreadable"/>.</summary>
    internal static (string Chain, ChainRule Rule) Read(NetlinkMessage message, out string? unreadable)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        EquatableArray<Expression> expressions = ExpressionCodec.ReadAll(row.Inside(Expressions), out unreadable);
        return (row.Text(Chain) ?? "", new ChainRule(expressions, UserData.ReadComment(row.Bytes(UserDataAttribute))));
    }
}
