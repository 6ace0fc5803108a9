using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The addresses of all interfaces of a network namespace (rtnetlink). Not for two threads at once.</summary>
public sealed class AddressTable : IDisposable
{
    private readonly NetlinkConnection _connection;
    private readonly MessageBuffer _request = new();

    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The namespace cannot be reached.</exception>
    public AddressTable(string? networkNamespace = null) =>
        _connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Route, new() { NetworkNamespace = networkNamespace }));

    /// <summary>All addresses of both families, loopback too, in the kernel's order.</summary>
    public List<InterfaceAddress> Read()
    {
        _request.Clear();
        using (var message = _request.Begin(AddressCodec.Get, MessageFlags.Dump, 0))
            AddressCodec.WriteDump(message);
        return _connection.Request("list addresses", _request, static () => new List<InterfaceAddress>(), static (message, list) =>
        {
            if (message.Type == AddressCodec.New && AddressCodec.Read(message) is { } address)
                list.Add(address);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _request.Dispose();
        _connection.Dispose();
    }
}
