using System.Runtime.CompilerServices;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Tells when an address of any interface of a network namespace comes or goes, by notification and without a thread.</summary>
public sealed class AddressMonitor : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly byte[] _received = new byte[1 << 15];

    /// <summary>Opens the monitor; changes from now on are told.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public AddressMonitor(string? networkNamespace = null)
    {
        _socket = NetlinkSocket.Open(NetlinkProtocol.Route, new() { NetworkNamespace = networkNamespace });
        try
        {
            _socket.Join(AddressCodec.GroupV4);
            _socket.Join(AddressCodec.GroupV6);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>One item whenever addresses may have changed, until cancelled; changes that come together are one. For one reader.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="NetlinkException">The socket failed; lost notifications are not a failure but a change.</exception>
    public async IAsyncEnumerable<bool> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            // The lifetimes of an IPv6 address are told each time that a router renews them: only the address itself counts, and the reader compares.
            var changed = false;
            var isComplete = await _socket.ReadNextAsync(_received, message => changed |= message.Type is AddressCodec.New or AddressCodec.Delete, cancellation).ConfigureAwait(false);
            if (changed || !isComplete)
                yield return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
