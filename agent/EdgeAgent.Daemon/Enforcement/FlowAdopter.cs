using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>
/// Rule 8, first start: where nothing tracked connections before our table, the kernel takes the next packet of an open connection for the
/// first of a new one, in the direction of whoever sends it. An answer that a server is still working on would then be judged as a connection
/// from the server. Therefore open TCP connections are tracked, in their true direction, before the table is there.
/// </summary>
internal sealed class FlowAdopter(string? networkNamespace) : IDisposable
{
    /// <summary>The kernel's own limit for an established connection that is silent (nf_conntrack_tcp_timeout_established).</summary>
    private const uint TimeoutSeconds = 432_000;

    private readonly ConntrackTable _conntrack = new(networkNamespace);

    /// <summary>Tracks what is not tracked yet; how many.</summary>
    internal int Adopt()
    {
        var own = InterfaceAddresses.All(networkNamespace).ToHashSet();
        return EstablishedSockets.Read(networkNamespace)
            .Where(flow => !(own.Contains(flow.Source) && own.Contains(flow.Destination)))
            .Count(flow => _conntrack.Adopt(flow, TimeoutSeconds));
    }

    public void Dispose() => _conntrack.Dispose();
}
