using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Asks the kernel about our table. Requests reuse one buffer.</summary>
internal sealed class TableReader(NetlinkConnection connection) : IDisposable
{
    private const int Attempts = 32;
    private readonly MessageBuffer _request = new();

    private delegate void Body(MessageWriter message);

    internal uint Generation() => Ask("read generation", TableMessage.GetGeneration, MessageFlags.None, static _ => { }, static () => new List<uint>(),
        static (message, generations) => generations.Add(GenerationCodec.ReadId(message))) is [var generation]
        ? generation
        : throw NetlinkException.Malformed("the kernel did not say its generation");

    /// <summary>Reads everything between two equal generations.</summary>
    internal KernelTable Table()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = Generation();
            try
            {
                var table = TableAt(before);
                if (Generation() == before)
                    return table;
            }
            catch (NetlinkException e) when (e.Errno is Errno.ENOENT or Errno.EINTR)
            {
                // Something was removed between its listing and its reading.
            }
        }

        throw new NetlinkException("read table", Errno.EINTR, $"the kernel's state changed during each of {Attempts} readings");
    }

    internal Dictionary<string, CounterReading> Counters() => Ask(
        "read counters",
        TableMessage.GetObject,
        MessageFlags.Dump,
        CounterCodec.WriteDump,
        static () => new Dictionary<string, CounterReading>(StringComparer.Ordinal),
        static (message, readings) =>
        {
            if (CounterCodec.IsOurs(message) && CounterCodec.TryRead(message, out var name, out _, out var reading))
                readings[name] = reading;
        });

    /// <summary>The base chains of other tables that can drop what ours accepts.</summary>
    internal Shadows Shadows(bool forward)
    {
        var chains = Ask("list all chains", TableMessage.GetChain, MessageFlags.Dump, static _ => { }, static () => new List<ListedChain>(),
            static (message, list) => list.Add(ChainCodec.Read(message)), NetfilterHeader.AnyFamily);
        var rules = Ask("list all rules", TableMessage.GetRule, MessageFlags.Dump, static _ => { }, static () => new List<ForeignRule>(),
            static (message, list) => list.Add(ForeignRule.Read(message)), NetfilterHeader.AnyFamily);
        return ForeignChains.ThatCanDrop(chains, rules, forward);
    }

    /// <summary>The names of our chains that hang at a hook.</summary>
    internal IEnumerable<string> BaseChains() => Chains(ImmutableArray.CreateBuilder<string>()).Values.Where(static chain => chain.Hook is not null).Select(static chain => chain.Name);

    /// <inheritdoc/>
    public void Dispose() => _request.Dispose();

    private KernelTable TableAt(uint generation)
    {
        if (Header() is not { } header)
            return new KernelTable(generation, null, [], 0, false);

        var foreign = ImmutableArray.CreateBuilder<string>();
        if (header.OtherFlags != 0)
            foreign.Add($"table flags 0x{header.OtherFlags:x}");
        var ruleset = new Ruleset
        {
            Counters = CounterNamesOf(foreign),
            Sets = Sets(foreign),
            Chains = Chains(foreign),
        };
        foreach (var flowTable in FlowTables())
            foreign.Add($"flow table {flowTable}");
        return new KernelTable(generation, ruleset, new(foreign.DrainToImmutable()), header.OwnerPort, header.Persistent);
    }

    private TableHeader? Header()
    {
        try
        {
            var headers = Ask("read table", TableMessage.GetTable, MessageFlags.None, static m => TableCodec.WriteReference(m, Ruleset.Table),
                static () => new List<TableHeader>(), static (message, list) => list.Add(TableCodec.Read(message)));
            return headers.Count > 0 ? headers[0] : null;
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    private ImmutableSortedSet<string> CounterNamesOf(ImmutableArray<string>.Builder foreign)
    {
        var names = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        Ask("list counters", TableMessage.GetObject, MessageFlags.Dump, CounterCodec.WriteDump, static () => new List<(string Name, uint Type)>(), static (message, list) =>
        {
            if (CounterCodec.IsOurs(message))
            {
                CounterCodec.TryRead(message, out var name, out var type, out _);
                list.Add((name, type));
            }
        }).ForEach(found =>
        {
            if (found.Type == CounterCodec.ObjectType)
                names.Add(found.Name);
            else
                foreign.Add($"object {found.Name} of type {found.Type}");
        });
        return names.ToImmutable();
    }

    private ImmutableSortedDictionary<string, NamedSet> Sets(ImmutableArray<string>.Builder foreign)
    {
        var listed = Ask("list sets", TableMessage.GetSet, MessageFlags.Dump, SetCodec.WriteDump, static () => new List<(string Name, SetSchema? Schema)>(), static (message, list) =>
        {
            if (SetCodec.IsOurs(message))
                list.Add((SetCodec.Read(message, out var name) is { } schema ? (name, schema) : (name, null)));
        });
        var sets = ImmutableSortedDictionary.CreateBuilder<string, NamedSet>(StringComparer.Ordinal);
        var names = new CounterNames();
        foreach (var (name, schema) in listed)
        {
            if (schema is null)
                foreign.Add($"set {name} of another kind");
            else
                sets[name] = new NamedSet(schema, Elements(schema, names, foreign));
        }

        return sets.ToImmutable();
    }

    private ElementTable Elements(SetSchema schema, CounterNames names, ImmutableArray<string>.Builder foreign)
    {
        var elements = Ask($"read elements of {schema.Name}", TableMessage.GetElement, MessageFlags.Dump, message => ElementReader.WriteDump(message, schema.Name),
            () => new ElementReader(schema, names), static (message, reader) => reader.Add(message));
        try
        {
            var table = elements.Build(out var unreadable);
            if (unreadable > 0)
                foreign.Add($"{unreadable} elements of {schema.Name}");
            return table;
        }
        catch (InvalidOperationException e)
        {
            // A set that changes during its dump may show an element twice, without the kernel saying so.
            throw new NetlinkException($"read elements of {schema.Name}", Errno.EINTR, inner: e);
        }
    }

    private ImmutableSortedDictionary<string, Chain> Chains(ImmutableArray<string>.Builder foreign)
    {
        var listed = Ask("list chains", TableMessage.GetChain, MessageFlags.Dump, static _ => { }, static () => new List<ListedChain>(), static (message, list) =>
        {
            var chain = ChainCodec.Read(message);
            if (chain.Table == Ruleset.Table && chain.Family == NetfilterHeader.Inet)
                list.Add(chain);
        });
        var rules = Ask("list rules", TableMessage.GetRule, MessageFlags.Dump, RuleCodec.WriteDump, static () => new List<(string Chain, ChainRule Rule, string? Unreadable)>(), static (message, list) =>
        {
            if (!RuleCodec.IsOurs(message))
                return;
            var (chain, rule) = RuleCodec.Read(message, out var unreadable);
            list.Add((chain, rule, unreadable));
        });
        foreach (var (chain, _, unreadable) in rules)
        {
            if (unreadable is not null)
                foreign.Add($"expression {unreadable} in a rule of chain {chain}");
        }

        var byChain = rules.ToLookup(static r => r.Chain, static r => r.Rule, StringComparer.Ordinal);
        var chains = ImmutableSortedDictionary.CreateBuilder<string, Chain>(StringComparer.Ordinal);
        foreach (var chain in listed)
        {
            if (ChainCodec.TryModel(chain, out var hook))
                chains[chain.Name] = new Chain(chain.Name, hook, byChain[chain.Name].ToEquatableArray());
            else
                foreign.Add($"chain {chain.Name} with another type or hook");
        }

        return chains.ToImmutable();
    }

    private List<string> FlowTables() => Ask("list flow tables", TableMessage.GetFlowTable, MessageFlags.Dump, static m => m.PutString(1, Ruleset.Table), static () => new List<string>(), static (message, list) =>
    {
        var row = message.Attributes(NetfilterHeader.Length);
        if (row.Text(1) == Ruleset.Table)
            list.Add(row.Text(2) ?? "");
    });

    private TState Ask<TState>(string operation, ushort type, MessageFlags flags, Body body, Func<TState> begin, MessageHandler<TState> handle, byte family = NetfilterHeader.Inet)
    {
        _request.Clear();
        using (var message = _request.Begin(type, flags, 0))
        {
            NetfilterHeader.Write(message, family);
            body(message);
        }

        return connection.Request(operation, _request, begin, handle);
    }
}
