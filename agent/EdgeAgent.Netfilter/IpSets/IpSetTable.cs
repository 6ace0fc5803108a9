using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// The address sets of a network namespace (ipset, over netlink). The kernel takes each message by itself; a message with many members
/// is worked off member by member. Not for two threads at once.
/// </summary>
public sealed class IpSetTable : IDisposable
{
    /// <summary>A nested attribute has at most 65,535 bytes; a member takes 16 to 36.</summary>
    private const int MostMemberBytes = 65_000;

    // Localhost is no member that anybody looks for; the stamp's set is in no rule.
    private static readonly byte[] StampAddress = [127, 0, 0, 1];
    private static readonly SetSchema StampSchema = new(XTablesDiffer.StampSet, SetKind.Set, [KeyField.Ipv4Address]) { Size = 64 };

    private readonly NetlinkConnection _connection;
    private readonly MessageBuffer _request = new();

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace or the kernel's netfilter cannot be reached.</exception>
    public IpSetTable(string? networkNamespace = null) =>
        _connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace, ReceiveBuffer = 1 << 20 }));

    private delegate void Body(MessageWriter message);

    /// <summary>All sets whose names begin so, without members, by name.</summary>
    /// <exception cref="NetlinkException">The kernel has no ipset, or refused.</exception>
    public IReadOnlyList<IpSetHeader> List(string prefix)
    {
        Write(IpSetMessage.List, MessageFlags.Dump, static message =>
        {
            IpSetCodec.WriteStart(message, null);
            IpSetCodec.PutNumber(message, IpSetMessage.Attribute.Flags, IpSetMessage.ListHeader);
        });
        return Ask("list sets", static () => new List<IpSetHeader>(), static (message, list) => list.Add(IpSetCodec.ReadHeader(message)))
            .Where(set => set.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(set => set.Name, StringComparer.Ordinal)
            .ToList();
    }

    /// <summary>The members of a set.</summary>
    /// <param name="schema">The set as it was listed.</param>
    /// <returns>The members; null if some are of a kind that we do not write, or overlap.</returns>
    /// <exception cref="NetlinkException">ENOENT: it is gone.</exception>
    public ElementTable? Members(SetSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Write(IpSetMessage.List, MessageFlags.Dump, message => IpSetCodec.WriteStart(message, schema.Name));
        var read = Ask($"list set {schema.Name}", () => new Listing(schema), static (message, listing) => listing.Read(message));
        try
        {
            return read.IsPlain ? read.Members.Build() : null;
        }
        catch (InvalidOperationException)
        {
            // Blocks with the same first address, which we never write.
            return null;
        }
    }

    /// <summary>The stamp; null if its set has none, or there is no such set.</summary>
    public Stamp? ReadStamp()
    {
        Write(IpSetMessage.List, MessageFlags.Dump, static message => IpSetCodec.WriteStart(message, XTablesDiffer.StampSet));
        try
        {
            var comments = Ask("read the stamp", static () => new List<string?>(), static (message, list) => list.Add(IpSetCodec.ReadComment(message)));
            return Stamp.TryParse(comments.FirstOrDefault(comment => comment is not null), out var stamp) ? stamp : null;
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Makes a set.</summary>
    public void Create(CreateAddressSet create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Execute(create.ToString(), IpSetMessage.Create, MessageFlags.Create | MessageFlags.Exclusive, message => IpSetCodec.WriteCreate(message, create.Name, create.Schema, create.Expected, withComments: false));
    }

    /// <summary>Adds members; those that are there stay.</summary>
    public void Add(AddMembers add)
    {
        ArgumentNullException.ThrowIfNull(add);
        Change(add.ToString(), IpSetMessage.Add, add.Name, add.Members);
    }

    /// <summary>Removes members; those that are not there are no error.</summary>
    public void Delete(DeleteMembers delete)
    {
        ArgumentNullException.ThrowIfNull(delete);
        Change(delete.ToString(), IpSetMessage.Delete, delete.Name, delete.Members);
    }

    /// <summary>Lets two sets of one kind trade their content, at once for every packet.</summary>
    public void Swap(SwapAddressSets swap)
    {
        ArgumentNullException.ThrowIfNull(swap);
        Execute(swap.ToString(), IpSetMessage.Swap, MessageFlags.None, message =>
        {
            IpSetCodec.WriteStart(message, swap.Name);
            message.PutString(IpSetMessage.Attribute.OtherSetName, swap.Other);
        });
    }

    /// <summary>Removes a set.</summary>
    /// <returns>False if it is gone already, or somebody's rule refers to it.</returns>
    public bool Destroy(string name)
    {
        try
        {
            Execute($"destroy set {name}", IpSetMessage.Destroy, MessageFlags.None, message => IpSetCodec.WriteStart(message, name));
            return true;
        }
        catch (NetlinkException e) when (e.Errno is Errno.ENOENT or IpSetErrors.Referenced)
        {
            return false;
        }
    }

    /// <summary>Writes the stamp in one message, which replaces the one before at once.</summary>
    public void Write(WriteStamp write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (write.Create)
            Execute("create the stamp's set", IpSetMessage.Create, MessageFlags.Create | MessageFlags.Exclusive, static message => IpSetCodec.WriteCreate(message, XTablesDiffer.StampSet, StampSchema, 1, withComments: true));
        Execute(write.ToString(), IpSetMessage.Add, MessageFlags.None, message =>
        {
            IpSetCodec.WriteStart(message, XTablesDiffer.StampSet);
            using var data = message.Nest(IpSetMessage.Attribute.Data);
            IpSetCodec.WriteAddress(message, StampAddress);
            message.PutString(IpSetMessage.MemberData.Comment, write.Stamp.ToString());
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _request.Dispose();
        _connection.Dispose();
    }

    private void Change(string operation, ushort type, string set, ElementTable members)
    {
        for (var next = 0; next < members.Count;)
        {
            _request.Clear();
            using (var message = _request.Begin(type, MessageFlags.None, 0))
            {
                IpSetCodec.WriteStart(message, set);
                IpSetCodec.PutNumber(message, IpSetMessage.Attribute.Line, 0);
                using var list = message.Nest(IpSetMessage.Attribute.Members);
                for (; next < members.Count && list.Length < MostMemberBytes; next++)
                    IpSetCodec.WriteMember(message, members, next);
            }

            try
            {
                _connection.Execute(operation, _request);
            }
            catch (NetlinkException e)
            {
                throw IpSetErrors.Explain(e);
            }
        }
    }

    private void Execute(string operation, ushort type, MessageFlags flags, Body body)
    {
        Write(type, flags, body);
        try
        {
            _connection.Execute(operation, _request);
        }
        catch (NetlinkException e)
        {
            throw IpSetErrors.Explain(e);
        }
    }

    private TState Ask<TState>(string operation, Func<TState> begin, MessageHandler<TState> handle)
    {
        try
        {
            return _connection.Request(operation, _request, begin, handle);
        }
        catch (NetlinkException e)
        {
            throw IpSetErrors.Explain(e);
        }
    }

    private void Write(ushort type, MessageFlags flags, Body body)
    {
        _request.Clear();
        using var message = _request.Begin(type, flags, 0);
        body(message);
    }

    private sealed class Listing(SetSchema schema)
    {
        internal ElementTable.Builder Members { get; } = new(schema);

        internal bool IsPlain { get; private set; } = true;

        internal void Read(NetlinkMessage message) => IsPlain &= IpSetCodec.ReadMembers(message, schema, Members);
    }
}
