using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The tracked connections of a network namespace (ctnetlink). Not for two threads at once.</summary>
public sealed class ConntrackTable : IDisposable
{
    private const ushort New = ((ushort)Subsystem.Conntrack << 8) | 0, Get = New | 1, Delete = New | 2, GetStatistics = New | 5;
    private const ushort StatisticsEntries = 1, StatisticsLimit = 2;

    /// <summary>Messages in one datagram: some 30 KiB.</summary>
    private const int SentTogether = 256;

    private readonly NetlinkConnection _connection;
    private readonly List<Acknowledgement> _failures = [];
    private readonly MessageBuffer _request = new();

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace or the kernel's netfilter cannot be reached.</exception>
    public ConntrackTable(string? networkNamespace = null) =>
        _connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace, ReceiveBuffer = 1 << 20 }));

    private delegate void Body(MessageWriter message);

    /// <summary>All flows of both families. About 4 microseconds for each.</summary>
    public List<Flow> ReadAll() => Read("list flows", NetfilterHeader.AnyFamily, static _ => { }, null);

    /// <summary>The flows that a filter means. The kernel walks its whole table, but hands over only these.</summary>
    /// <exception cref="ArgumentException">The filter means everything, or its fields do not fit together.</exception>
    public List<Flow> Read(FlowFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.ThrowIfUnfit();
        return Read("list flows", FlowCodec.FamilyOf(filter.Family), message => FlowCodec.WriteFilter(message, filter.ForKernel), filter);
    }

    /// <summary>The flow that a packet of this tuple belongs to, in whichever direction, outside of zones; null for none. Some microseconds.</summary>
    public Flow? Find(FlowTuple packet)
    {
        Write(Get, MessageFlags.None, FlowCodec.FamilyOf(packet.Source.Family), message => FlowCodec.WriteOriginal(message, packet));
        try
        {
            return _connection.Request($"look for flow {packet}", _request, static () => new List<Flow>(1), static (message, flows) =>
            {
                if (message.Type == New && FlowCodec.Read(message) is { } flow)
                    flows.Add(flow);
            }) is [var found, ..] ? found : null;
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Forgets flows, so that the next packet of each is judged as the first of a new one. About 10 microseconds for each.</summary>
    /// <param name="flows">As they were read; another flow that has taken the place of one since is left alone.</param>
    /// <returns>How many were forgotten; the others were gone already.</returns>
    public int Forget(IEnumerable<Flow> flows) => Change("forget flows", Delete, flows, static _ => { });

    /// <summary>Forgets the flows that a filter means, in one walk of the kernel's table.</summary>
    /// <exception cref="ArgumentException">The filter means everything, or its fields do not fit together.</exception>
    /// <exception cref="NetlinkException">EINVAL, EOPNOTSUPP: the kernel is too old to filter deletions, and nothing was forgotten.</exception>
    public void Forget(FlowFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        filter.ThrowIfUnfit();
        if (filter.ForKernel != filter)
        {
            Forget(Read(filter));
            return;
        }

        Write(Delete, MessageFlags.None, FlowCodec.FamilyOf(filter.Family), message => FlowCodec.WriteFilter(message, filter));
        _connection.Execute("forget flows", _request);
    }

    /// <summary>
    /// Sets bits of the marks of flows. A rule that drops by mark then cuts a flow for good in both directions, whereas a forgotten flow
    /// comes back as a new one with the next packet of either side that the rules let out.
    /// </summary>
    /// <param name="flows">As they were read; another flow that has taken the place of one since is left alone.</param>
    /// <param name="value">The new value of the bits.</param>
    /// <param name="mask">The bits to change.</param>
    /// <returns>How many were marked; the others were gone already.</returns>
    public int SetMark(IEnumerable<Flow> flows, uint value, uint mask) =>
        Change("mark flows", New, flows, message => FlowCodec.WriteMark(message, value & mask, mask));

    /// <summary>
    /// Tracks a TCP connection that was established before tracking began, so that its next packet is judged as part of it whichever side
    /// sends first. One that is tracked already stays as it is.
    /// </summary>
    /// <param name="original">The direction that it was opened in.</param>
    /// <param name="timeoutSeconds">How long it is remembered if nothing comes.</param>
    /// <returns>False if it was tracked already.</returns>
    /// <exception cref="ArgumentException">It is not TCP.</exception>
    public bool Adopt(FlowTuple original, uint timeoutSeconds)
    {
        if (original.Protocol != IpProtocol.Tcp)
            throw new ArgumentException($"{original} is no TCP connection", nameof(original));
        Write(New, MessageFlags.Create | MessageFlags.Exclusive, FlowCodec.FamilyOf(original.Source.Family), message => FlowCodec.WriteEstablished(message, original, timeoutSeconds));
        try
        {
            _connection.Execute($"track flow {original}", _request);
            return true;
        }
        catch (NetlinkException e) when (e.Errno == Errno.EEXIST)
        {
            return false;
        }
    }

    /// <summary>How full the table is.</summary>
    public ConntrackUse ReadUse()
    {
        Write(GetStatistics, MessageFlags.None, NetfilterHeader.AnyFamily, static _ => { });
        var found = _connection.Request("read conntrack statistics", _request, static () => new List<ConntrackUse>(), static (message, list) =>
        {
            var row = message.Attributes(NetfilterHeader.Length);
            list.Add(new ConntrackUse(row.Number(StatisticsEntries) ?? 0, row.Number(StatisticsLimit) ?? 0));
        });
        return found.Count > 0 ? found[0] : default;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _request.Dispose();
        _connection.Dispose();
    }

    private List<Flow> Read(string operation, byte family, Body body, FlowFilter? filter)
    {
        Write(Get, MessageFlags.Dump, family, body);
        return _connection.Request(operation, _request, static () => new List<Flow>(), (message, flows) =>
        {
            // Kernels that cannot filter send everything.
            if (message.Type == New && FlowCodec.Read(message) is { } flow && filter?.Matches(flow) != false)
                flows.Add(flow);
        });
    }

    private int Change(string operation, ushort type, IEnumerable<Flow> flows, Body body)
    {
        ArgumentNullException.ThrowIfNull(flows);
        return flows.Chunk(SentTogether).Sum(portion => Change(operation, type, portion, body));
    }

    private int Change(string operation, ushort type, Flow[] flows, Body body)
    {
        _request.Clear();
        var first = 0u;
        var last = 0u;
        for (var i = 0; i < flows.Length; i++)
        {
            last = _connection.NextSequence();
            first = i == 0 ? last : first;
            using var message = _request.Begin(type, MessageFlags.Request | (i == flows.Length - 1 ? MessageFlags.Acknowledge : MessageFlags.None), last);
            NetfilterHeader.Write(message, FlowCodec.FamilyOf(flows[i].Original.Source.Family));
            FlowCodec.WriteReference(message, flows[i]);
            body(message);
        }

        _connection.Transact(operation, _request, last, _failures, 0, static (_, _) => { });
        foreach (var failure in _failures.Where(static failure => failure.Errno != Errno.ENOENT))
            throw failure.ToException(operation, flows.ElementAtOrDefault((int)(failure.Sequence - first))?.Original.ToString());
        return flows.Length - _failures.Count;
    }

    private void Write(ushort type, MessageFlags flags, byte family, Body body)
    {
        _request.Clear();
        using var message = _request.Begin(type, flags, 0);
        NetfilterHeader.Write(message, family);
        body(message);
    }
}
