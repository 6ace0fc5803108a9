using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Writes operations as one nf_tables batch, and knows afterwards which operation, and which element of it, a refusal is about.
/// Used again and again: its memory is kept.
/// </summary>
internal sealed class BatchEncoder : IDisposable
{
    private const ushort GenerationAttribute = 1;
    private const ushort TablesResource = (ushort)Subsystem.Tables;
    private const MessageFlags Make = MessageFlags.Request | MessageFlags.Create;

    private readonly Func<uint> _nextSequence;
    private readonly Func<Operation, MessageStart> _startElements;
    private readonly List<Entry> _entries = [];
    private readonly ElementWriter _elements = new();
    private uint _setId;

    /// <param name="nextSequence">Gives each message its number.</param>
    internal BatchEncoder(Func<uint> nextSequence) => (_nextSequence, _startElements) = (nextSequence, StartElements);

    private readonly record struct Entry(uint Sequence, int Start, Operation? Operation);

    /// <summary>The batch.</summary>
    internal MessageBuffer Buffer { get; } = new(1 << 16);

    /// <summary>The number of the message that begins the batch, which the echo of its generation carries.</summary>
    internal uint Beginning => _entries[0].Sequence;

    /// <summary>The number of the message that asks for an acknowledgement: the last operation's.</summary>
    internal uint Confirming => _entries[^1].Sequence;

    /// <summary>Messages other than the begin and end of the batch.</summary>
    internal int MessageCount => _entries.Count - 1;

    /// <summary>Starts a batch.</summary>
    /// <param name="expectedGeneration">The kernel refuses the batch with ERESTART if its generation is another; null for any.</param>
    /// <param name="echo">Whether the kernel is to say which generation the batch made.</param>
    internal void Begin(uint? expectedGeneration, bool echo = true)
    {
        Buffer.Clear();
        _entries.Clear();
        _setId = 0;
        var start = Start(TableMessage.BatchBegin, echo ? MessageFlags.Request | MessageFlags.Echo : MessageFlags.Request, null);
        using var message = Buffer.Begin(start.Type, start.Flags, start.Sequence);
        NetfilterHeader.Write(message, NetfilterHeader.AnyFamily, TablesResource);
        if (expectedGeneration is { } generation)
            message.PutUInt32BigEndian(GenerationAttribute, generation);
    }

    /// <summary>Adds one operation, as one or more messages.</summary>
    internal void Add(Operation operation)
    {
        switch (operation)
        {
            case AddElements add:
                _elements.Write(Buffer, add.Schema, add.Elements, withValues: true, operation, _startElements);
                break;
            case DeleteElements delete:
                _elements.Write(Buffer, delete.Schema, delete.Elements, withValues: false, operation, _startElements);
                break;
            default:
                AddSingle(operation);
                break;
        }
    }

    /// <summary>Ends the batch.</summary>
    internal void End()
    {
        Buffer.AddFlags(_entries[^1].Start, MessageFlags.Acknowledge);
        using var message = Buffer.Begin(TableMessage.BatchEnd, MessageFlags.Request, _nextSequence());
        NetfilterHeader.Write(message, NetfilterHeader.AnyFamily, TablesResource);
    }

    /// <summary>What a refusal is about, in words; null if it is about the batch as a whole.</summary>
    internal string? Describe(Acknowledgement failure)
    {
        var index = _entries.FindIndex(e => e.Sequence == failure.Sequence);
        if (index < 0 || _entries[index].Operation is not { } operation)
            return null;
        var start = _entries[index].Start;
        return operation switch
        {
            AddElements add => $"add {ElementAt(failure, start, add.Schema)} to {add.Schema.Name}",
            DeleteElements delete => $"delete {ElementAt(failure, start, delete.Schema)} of {delete.Schema.Name}",
            _ => operation.ToString(),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Buffer.Dispose();
        _elements.Dispose();
    }

    private MessageStart Start(ushort type, MessageFlags flags, Operation? operation)
    {
        var sequence = _nextSequence();
        _entries.Add(new Entry(sequence, Buffer.Length, operation));
        return new MessageStart(type, flags, sequence);
    }

    private MessageStart StartElements(Operation operation) => operation is AddElements
        ? Start(TableMessage.NewElement, Make, operation)
        : Start(TableMessage.DeleteElement, MessageFlags.Request, operation);

    private void AddSingle(Operation operation)
    {
        var (type, flags) = KindOf(operation);
        var start = Start(type, flags, operation);
        using var message = Buffer.Begin(start.Type, start.Flags, start.Sequence);
        NetfilterHeader.Write(message, NetfilterHeader.Inet);
        switch (operation)
        {
            case CreateTable create:
                TableCodec.WriteNew(message, Ruleset.Table, create.Owned);
                break;
            case DeleteTable:
                TableCodec.WriteReference(message, Ruleset.Table);
                break;
            case CreateCounter create:
                CounterCodec.WriteNew(message, Ruleset.Table, create.Name);
                break;
            case DeleteCounter delete:
                CounterCodec.WriteReference(message, Ruleset.Table, delete.Name);
                break;
            case CreateSet create:
                SetCodec.WriteNew(message, Ruleset.Table, create.Schema, ++_setId);
                break;
            case DeleteSet delete:
                SetCodec.WriteReference(message, Ruleset.Table, delete.Name);
                break;
            case CreateChain create:
                ChainCodec.WriteNew(message, Ruleset.Table, create.Name, create.Hook);
                break;
            case SetChainPolicy set:
                ChainCodec.WritePolicy(message, Ruleset.Table, set);
                break;
            case DeleteChain delete:
                ChainCodec.WriteReference(message, Ruleset.Table, delete.Name);
                break;
            case FlushChain flush:
                RuleCodec.WriteReference(message, Ruleset.Table, flush.Name);
                break;
            case AppendRule append:
                RuleCodec.WriteNew(message, Ruleset.Table, append.Chain, append.Rule);
                break;
        }
    }

    private static (ushort Type, MessageFlags Flags) KindOf(Operation operation) => operation switch
    {
        CreateTable => (TableMessage.NewTable, Make),
        DeleteTable => (TableMessage.DeleteTable, MessageFlags.Request),
        CreateCounter => (TableMessage.NewObject, Make | MessageFlags.Exclusive),
        DeleteCounter => (TableMessage.DeleteObject, MessageFlags.Request),
        CreateSet => (TableMessage.NewSet, Make | MessageFlags.Exclusive),
        DeleteSet => (TableMessage.DeleteSet, MessageFlags.Request),
        CreateChain => (TableMessage.NewChain, Make | MessageFlags.Exclusive),
        SetChainPolicy => (TableMessage.NewChain, MessageFlags.Request),
        DeleteChain => (TableMessage.DeleteChain, MessageFlags.Request),
        FlushChain => (TableMessage.DeleteRule, MessageFlags.Request),
        AppendRule => (TableMessage.NewRule, Make | MessageFlags.Append),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "an operation that the kernel has no message for"),
    };

    // The kernel points at the element by its offset in the message; its key says more to a reader.
    private string ElementAt(Acknowledgement failure, int start, SetSchema schema)
    {
        if (failure.AttributeOffset is not { } offset)
            return "elements";
        var reader = new MessageReader(Buffer.Written[start..]);
        if (!reader.MoveNext())
            return "elements";
        var length = NetlinkMessage.HeaderLength + reader.Current.Payload.Length;
        var list = reader.Current.Attributes(NetfilterHeader.Length).Inside(ElementCodec.ListElements);
        while (list.MoveNext())
        {
            var elementEnd = length - list.Remaining;
            if (offset < elementEnd)
                return $"element {KeyText.Of(schema, VerdictCodec.ReadValue(list.Nested(), ElementCodec.Key))}";
        }

        return "elements";
    }
}
