using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>What a report takes from the kernel.</summary>
/// <param name="Counters">Packets and bytes by policy and direction.</param>
/// <param name="ShadowedBy">What of others can drop what we allow, in words.</param>
/// <param name="Conntrack">How full the table of tracked connections is.</param>
internal sealed record KernelReading(EquatableArray<PolicyCounter> Counters, EquatableArray<string> ShadowedBy, ConntrackUse Conntrack)
{
    internal static KernelReading Nothing { get; } = new([], [], default);
}

/// <summary>Reads it, over sockets of its own.</summary>
internal sealed class KernelReadings(IFirewallReadings firewall, string? networkNamespace) : IDisposable
{
    private readonly ConntrackTable _conntrack = new(networkNamespace);

    internal KernelReading Read()
    {
        var use = _conntrack.ReadUse();
        return new(
            firewall.ReadCounters()
                .OrderBy(counter => counter.Key, StringComparer.Ordinal)
                .Select(counter => new PolicyCounter(counter.Key, counter.Value.Packets, counter.Value.Bytes))
                .ToEquatableArray(),
            [.. firewall.ReadShadows(), .. IsFull(use) ? [$"connection tracking: {use.Entries} of at most {use.Limit} connections; beyond that the kernel drops new ones"] : Array.Empty<string>()],
            use);
    }

    // The kernel begins to forget connections that it thinks dead at 95 %.
    private static bool IsFull(ConntrackUse use) => use.Limit > 0 && use.Entries >= use.Limit * 95 / 100;

    public void Dispose()
    {
        firewall.Dispose();
        _conntrack.Dispose();
    }
}
