using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>What reports read of nf_tables, and what of legacy iptables stands beside it.</summary>
internal sealed class NftablesReadings(string? networkNamespace) : IFirewallReadings
{
    private readonly NetfilterKernel _kernel = new(networkNamespace);
    private readonly LegacyTables _beside = new(networkNamespace);

    public IReadOnlyDictionary<string, CounterReading> ReadCounters() => _kernel.ReadCounters();

    public IReadOnlyList<string> ReadShadows()
    {
        var table = _kernel.ReadShadows();
        return
        [
            .. table.Where(chain => chain.Hook is Hook.Input or Hook.Output || chain.IsBesideOurs).Select(chain => chain.ToString()),
            .. _beside.ReadShadows(_kernel.IsAtForward()),
        ];
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _beside.Dispose();
    }
}
