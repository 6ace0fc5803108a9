using System.Diagnostics;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The running kernel, over one netlink socket. Needs CAP_NET_ADMIN in the network namespace.</summary>
public sealed class NetfilterKernel : IKernel
{
    private readonly NetlinkConnection _connection;
    private readonly TableReader _reader;
    private readonly BatchEncoder _batch;
    private readonly List<Acknowledgement> _failures = [];
    private uint? _made;

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace or the kernel's netfilter cannot be reached.</exception>
    public NetfilterKernel(string? networkNamespace = null)
        : this(NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace }))
    {
    }

    /// <param name="socket">A netfilter socket, for example one that owns the table and was kept over a restart; owned from here on.</param>
    public NetfilterKernel(NetlinkSocket socket)
    {
        _connection = new NetlinkConnection(socket);
        _reader = new TableReader(_connection);
        _batch = new BatchEncoder(_connection.NextSequence);
    }

    /// <inheritdoc/>
    public uint PortId => _connection.Socket.PortId;

    /// <summary>The socket that commits, to be kept over a restart if it owns the table.</summary>
    public NetlinkSocket Socket => _connection.Socket;

    /// <inheritdoc/>
    public KernelTable Read() => _reader.Table();

    /// <inheritdoc/>
    public uint ReadGeneration() => _reader.Generation();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, CounterReading> ReadCounters() => _reader.Counters();

    /// <inheritdoc/>
    public Shadows ReadShadows(bool forward) => _reader.Shadows(forward);

    /// <inheritdoc/>
    public CommitResult Commit(Transaction transaction, uint? expectedGeneration = null)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var started = Stopwatch.GetTimestamp();

        // A rule more is a change for certain, and a change makes the next generation; else the kernel has to say what it made of it.
        var certain = expectedGeneration is not null && transaction.Operations is [.., AppendRule];
        _batch.Begin(expectedGeneration, echo: !certain);
        foreach (var operation in transaction.Operations)
            _batch.Add(operation);
        // Operations may have no messages: the addition of no elements.
        if (_batch.MessageCount == 0)
            return new CommitResult(_reader.Generation(), TimeSpan.Zero, TimeSpan.Zero);
        _batch.End();
        var encoded = Stopwatch.GetTimestamp();

        _made = certain ? Next(expectedGeneration!.Value) : null;
        if (!_connection.Transact("commit", _batch.Buffer, _batch.Confirming, _failures, this, static (message, kernel) =>
        {
            if (message.Type == TableMessage.NewGeneration && message.Sequence == kernel._batch.Beginning)
                kernel._made = GenerationCodec.ReadId(message);
        }))
            throw Refusal($"commit {transaction.Operations.Count} operations");
        return new CommitResult(_made ?? _reader.Generation(), Stopwatch.GetElapsedTime(started, encoded), Stopwatch.GetElapsedTime(encoded));
    }

    /// <inheritdoc/>
    public void Settle() => GracePeriod.Wait();

    /// <inheritdoc/>
    public void DeleteTable()
    {
        try
        {
            // Opened first: a packet that is between two rules while the maps go that it is looked up in would be dropped.
            Commit(new Transaction([.. _reader.BaseChains().Select(static name => new FlushChain(name))]));
            Settle();
            Commit(new Transaction([new DeleteTable()]));
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOENT)
        {
            // Gone already.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _reader.Dispose();
        _connection.Dispose();
    }

    // The kernel never makes generation 0.
    private static uint Next(uint generation) => generation == uint.MaxValue ? 1 : generation + 1;

    private NetlinkException Refusal(string operation)
    {
        var first = _failures[0];
        if (_failures.Count > 1)
            operation += $" ({_failures.Count} refused)";
        return first.ToException(operation, _batch.Describe(first));
    }
}
