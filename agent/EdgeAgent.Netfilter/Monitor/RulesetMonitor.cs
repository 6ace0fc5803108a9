using System.Runtime.CompilerServices;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Tells of every commit to nf_tables in a network namespace, by notification, without polling and without a thread. While nobody
/// commits it costs nothing. Each element of a commit costs the committer about a microsecond while a monitor listens: see <see cref="Pause"/>.
/// </summary>
public sealed class RulesetMonitor : IDisposable
{
    /// <summary>NFNLGRP_NFTABLES.</summary>
    private const int Group = 7;

    private readonly NetlinkSocket _socket;
    private readonly uint _ownPort;
    private readonly byte[] _received = new byte[1 << 16];
    private readonly ChangeDetails _details = new();

    /// <summary>Opens the monitor; changes from now on are seen.</summary>
    /// <param name="ownPort">The port of the socket that we commit over (<see cref="IKernel.PortId"/>); 0 if we commit nothing.</param>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public RulesetMonitor(uint ownPort, string? networkNamespace = null)
    {
        _ownPort = ownPort;
        _socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace, ReceiveBuffer = 1 << 20 });
        try
        {
            _socket.AttachFilter(MonitorFilter.Program(ownPort));
            _socket.Join(Group);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops listening, so that a bulk load costs no more than without a monitor. What others commit meanwhile is not told:
    /// compare generations after <see cref="Resume"/>.
    /// </summary>
    public void Pause() => _socket.Leave(Group);

    /// <summary>Listens again.</summary>
    public void Resume() => _socket.Join(Group);

    /// <summary>The commits as they happen, until cancelled. For one reader.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NetlinkException">The socket failed; lost notifications are not a failure but a <see cref="RulesetChange.Lost"/> change.</exception>
    public async IAsyncEnumerable<RulesetChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var changes = new List<RulesetChange>();
        while (true)
        {
            if (!await _socket.ReadNextAsync(_received, message => Read(message, changes), cancellation).ConfigureAwait(false))
            {
                Discard();
                changes.Add(Lost());
            }

            foreach (var change in changes)
                yield return change;
            changes.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static RulesetChange Lost() => new()
    {
        Generation = 0,
        Own = false,
        TouchesTable = true,
        Lost = true,
        ProcessId = 0,
        ProcessName = "",
        Details = [],
    };

    /// <summary>
    /// Empties the queue. Until it is empty the kernel goes on dropping notifications, without saying so again: only what is
    /// committed after this is sure to be told.
    /// </summary>
    private void Discard()
    {
        _details.Take();
        for (var more = true; more;)
        {
            try
            {
                more = _socket.TryReceive(_received, out _);
            }
            catch (NetlinkException e) when (e.Errno is Errno.ENOBUFS or Errno.EMSGSIZE)
            {
                // What this says is about to be told.
            }
        }
    }

    private void Read(NetlinkMessage message, List<RulesetChange> changes)
    {
        if (message.Type != TableMessage.NewGeneration)
        {
            _details.Add(message);
            return;
        }

        var (generation, processId, processName) = GenerationCodec.Read(message);
        var touches = !_details.IsEmpty;
        changes.Add(new RulesetChange
        {
            Generation = generation,
            Own = _ownPort != 0 && message.PortId == _ownPort,
            TouchesTable = touches,
            Lost = false,
            ProcessId = processId,
            ProcessName = processName,
            Details = _details.Take(),
        });
    }
}
