using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>What matters of a foreign rule: whether it can end a packet, and where else it can lead.</summary>
internal sealed record ForeignRule(byte Family, string Table, string Chain, bool CanDrop, string? Target)
{
    private const ushort TableAttribute = 1, ChainAttribute = 2, Expressions = 4;
    private const ushort Name = 1, Data = 2;
    private const ushort ImmediateDestination = 1, ImmediateData = 2, LookupDestination = 3, TargetName = 1;
    private const string LegacyTarget = "target";

    internal static ForeignRule Read(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        var canDrop = false;
        string? target = null;
        var list = row.Inside(Expressions);
        while (list.MoveNext())
        {
            var expression = list.Nested();
            var data = expression.Inside(Data);
            switch (expression.Text(Name))
            {
                case DecideExpression.Name when data.Number(ImmediateDestination) == 0:
                    var verdict = VerdictCodec.ReadVerdict(data, ImmediateData);
                    // A verdict that the model does not know, such as queue, hands the packet to somebody else.
                    canDrop |= verdict is null or { Code: VerdictCode.Drop };
                    target = verdict?.Chain ?? target;
                    break;
                case LookupExpression.Name when data.Number(LookupDestination) == 0:
                case RejectExpression.Name or "queue":
                    canDrop = true;
                    break;
                case LegacyTarget when data.Text(TargetName) is "DROP" or "REJECT":
                    canDrop = true;
                    break;
            }
        }

        return new ForeignRule(NetfilterHeader.Family(message), row.Text(TableAttribute) ?? "", row.Text(ChainAttribute) ?? "", canDrop, target);
    }
}
