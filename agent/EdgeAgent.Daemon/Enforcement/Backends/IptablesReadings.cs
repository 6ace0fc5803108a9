using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>What reports read of x_tables, and what of nf_tables stands beside it where the kernel has both.</summary>
internal sealed class IptablesReadings(string? networkNamespace) : IFirewallReadings
{
    private readonly XTablesKernel _kernel = new(networkNamespace);
    private readonly NetfilterKernel _beside = new(networkNamespace);

    public IReadOnlyDictionary<string, CounterReading> ReadCounters() => _kernel.ReadCounters();

    public IReadOnlyList<string> ReadShadows()
    {
        var found = _kernel.ReadShadows();
        return [.. found.Chains, .. ShadowsBeside(found.AtForward)];
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _beside.Dispose();
    }

    private IReadOnlyList<string> ShadowsBeside(bool forward)
    {
        try
        {
            return _beside.ReadShadows(forward).Chains;
        }
        catch (NetlinkException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.EPROTONOSUPPORT)
        {
            // A kernel without nf_tables has no such chains.
            return [];
        }
    }
}
