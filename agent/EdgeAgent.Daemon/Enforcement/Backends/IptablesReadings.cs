using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>What reports read of x_tables, and what of nf_tables stands beside it where the kernel has both.</summary>
internal sealed class IptablesReadings(string? networkNamespace) : IFirewallReadings
{
    private readonly XTablesKernel _kernel = new(networkNamespace);
    private readonly NetfilterKernel _beside = new(networkNamespace);

    public IReadOnlyDictionary<string, CounterReading> ReadCounters() => _kernel.ReadCounters();

    public IReadOnlyList<string> ReadShadows() => [.. _kernel.ReadShadows(), .. ShadowsBeside(_kernel.IsAtForward())];

    public void Dispose()
    {
        _kernel.Dispose();
        _beside.Dispose();
    }

    private IEnumerable<string> ShadowsBeside(bool isAtForward)
    {
        try
        {
            return _beside.ReadShadows().Where(chain => chain.Hook is Hook.Input or Hook.Output || (chain.Hook == Hook.Forward && isAtForward)).Select(chain => chain.ToString());
        }
        catch (NetlinkException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT)
        {
            // A kernel without nf_tables has no such chains.
            return [];
        }
    }
}
