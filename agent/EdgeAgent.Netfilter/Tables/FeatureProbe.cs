using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>A batch of questions: each message is one, the kernel's refusals are the answers, and the batch as a whole always fails.</summary>
internal sealed class FeatureProbe : IDisposable
{
    internal const string Table = "edgeagent-probe";
    internal const string OwnedTable = "edgeagent-probe-owned";
    internal const string MissingTable = "edgeagent-probe-none";
    internal const string Chain = "probe";
    internal const uint LastSetId = 100;

    private readonly NetlinkConnection _connection;
    private readonly MessageBuffer _batch = new();
    private uint _setId;

    internal FeatureProbe(NetlinkConnection connection)
    {
        _connection = connection;
        WriteBorder(TableMessage.BatchBegin);
    }

    internal delegate void Body(MessageWriter message);

    /// <summary>Adds a question and gives its number.</summary>
    internal uint Ask(ushort type, Body body) => Write(type, MessageFlags.Request | MessageFlags.Create, body);

    /// <summary>Asks whether such a set can be made.</summary>
    internal uint AskSet(SetSchema schema) => Ask(TableMessage.NewSet, message => SetCodec.WriteNew(message, Table, schema, ++_setId));

    /// <summary>Asks whether a rule of such expressions can be made.</summary>
    internal uint AskRule(params ReadOnlySpan<Expression> expressions)
    {
        var rule = new ChainRule(EquatableArray.Create(expressions));
        return Write(TableMessage.NewRule, MessageFlags.Request | MessageFlags.Create | MessageFlags.Append, message => RuleCodec.WriteNew(message, Table, Chain, rule));
    }

    /// <summary>Sends all questions and gives the numbers of those that the kernel refused.</summary>
    /// <exception cref="NetlinkException">The batch as a whole was not looked at.</exception>
    internal HashSet<uint> Refused()
    {
        var last = Write(TableMessage.DeleteTable, MessageFlags.Request | MessageFlags.Acknowledge, static m => TableCodec.WriteReference(m, MissingTable));
        WriteBorder(TableMessage.BatchEnd);
        var failures = new List<Acknowledgement>();
        _connection.Transact("probe features", _batch, last, failures, 0, static (_, _) => { });
        var refused = failures.Select(static f => f.Sequence).ToHashSet();
        return refused.Contains(last) ? refused : throw failures[0].ToException("probe features");
    }

    /// <inheritdoc/>
    public void Dispose() => _batch.Dispose();

    private uint Write(ushort type, MessageFlags flags, Body body)
    {
        var sequence = _connection.NextSequence();
        using var message = _batch.Begin(type, flags, sequence);
        NetfilterHeader.Write(message, NetfilterHeader.Inet);
        body(message);
        return sequence;
    }

    private void WriteBorder(ushort type)
    {
        using var message = _batch.Begin(type, MessageFlags.Request, _connection.NextSequence());
        NetfilterHeader.Write(message, NetfilterHeader.AnyFamily, (ushort)Subsystem.Tables);
    }
}
