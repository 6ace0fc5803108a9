using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_log to a log group (NFTA_LOG_*).</summary>
internal static class LogExpression
{
    internal const string Name = "log";
    private const ushort Group = 1, Prefix = 2, SnapLength = 3, QueueThreshold = 4, Level = 5;

    internal static void Write(MessageWriter message, LogToGroup expression)
    {
        message.PutUInt16BigEndian(Group, expression.Group);
        if (expression.Prefix.Length > 0)
            message.PutString(Prefix, expression.Prefix);
        if (expression.SnapLength > 0)
            message.PutUInt32BigEndian(SnapLength, expression.SnapLength);
        if (expression.QueueThreshold > 0)
            message.PutUInt16BigEndian(QueueThreshold, expression.QueueThreshold);
    }

    internal static Expression? Read(AttributeReader data)
    {
        if (!data.TryFind(Group, out var group) || data.Has(Level))
            return null;
        var threshold = data.TryFind(QueueThreshold, out var found) ? found.AsUInt16BigEndian() : (ushort)0;
        return new LogToGroup(group.AsUInt16BigEndian(), data.Text(Prefix) ?? "", data.Number(SnapLength) ?? 0, threshold);
    }
}
