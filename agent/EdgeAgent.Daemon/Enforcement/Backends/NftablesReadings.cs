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
        var found = _kernel.ReadShadows(forward: false);
        return [.. found.Chains, .. _beside.ReadShadows(found.AtForward)];
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _beside.Dispose();
    }
}
