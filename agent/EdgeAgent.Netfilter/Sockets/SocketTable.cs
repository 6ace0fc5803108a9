using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The TCP sockets of a network namespace (sock_diag). Not for two threads at once.</summary>
public sealed class SocketTable : IDisposable
{
    private readonly NetlinkConnection _connection;
    private readonly MessageBuffer _request = new();

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace cannot be reached, or the kernel lists no sockets.</exception>
    public SocketTable(string? networkNamespace = null) =>
        _connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.SocketDiagnosis, new() { NetworkNamespace = networkNamespace }));

    /// <summary>
    /// The open TCP connections with a peer, each from the host outwards, whoever opened it. The kernel walks its sockets, which takes about a
    /// millisecond and some tens of nanoseconds for each, and hands over only these.
    /// </summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public IReadOnlyList<FlowTuple> ConnectedTo(IpAddress peer) =>
        peer.Family == IpFamily.V4 ? [.. Read(SocketCodec.Ipv4, peer), .. Read(SocketCodec.Ipv6, peer)] : Read(SocketCodec.Ipv6, peer);

    /// <inheritdoc/>
    public void Dispose()
    {
        _request.Dispose();
        _connection.Dispose();
    }

    private List<FlowTuple> Read(byte family, IpAddress peer)
    {
        _request.Clear();
        using (var message = _request.Begin(SocketCodec.ByFamily, MessageFlags.Dump, 0))
            SocketCodec.WriteDump(message, family, peer);
        return _connection.Request("list sockets", _request, static () => new List<FlowTuple>(), (message, found) =>
        {
            // Kernels that do not know the condition send everything.
            if (SocketCodec.Read(message) is { } tuple && tuple.Destination == peer)
                found.Add(tuple);
        });
    }
}
