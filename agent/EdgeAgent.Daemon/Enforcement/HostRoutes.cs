using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>
/// Which interface the traffic of an address takes, as the routes are now. A tracked connection does not say by which interface it came; that
/// packets from an address arrive where packets to it leave is taken for granted, as reverse path filters do.
/// </summary>
internal sealed class HostRoutes(string? networkNamespace) : IDisposable
{
    private readonly RouteTable _table = new(networkNamespace);
    private readonly Dictionary<IpAddress, string?> _known = [];
    private Dictionary<uint, string>? _names;

    /// <summary>The interface's name; null for an address of this host itself, of several hosts, or that no route leads to.</summary>
    internal string? InterfaceOf(IpAddress address)
    {
        if (!_known.TryGetValue(address, out var name))
            _known.Add(address, name = _table.InterfaceTo(address) is { } index ? Names.GetValueOrDefault(index) : null);
        return name;
    }

    public void Dispose() => _table.Dispose();

    private Dictionary<uint, string> Names
    {
        get
        {
            try
            {
                return _names ??= _table.InterfaceNames();
            }
            catch (NetlinkException)
            {
                return _names = [];
            }
        }
    }
}
