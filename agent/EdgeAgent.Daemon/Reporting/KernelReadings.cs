using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>What a report takes from the kernel.</summary>
/// <param name="Counters">Packets and bytes by policy and direction.</param>
/// <param name="ShadowedBy">Foreign base chains that can drop what we allow, in words.</param>
/// <param name="Conntrack">How full the table of tracked connections is.</param>
internal sealed record KernelReading(EquatableArray<PolicyCounter> Counters, EquatableArray<string> ShadowedBy, ConntrackUse Conntrack)
{
    internal static KernelReading Nothing { get; } = new([], [], default);
}

/// <summary>Reads it, over sockets of its own.</summary>
internal sealed class KernelReadings(string? networkNamespace) : IDisposable
{
    private readonly NetfilterKernel _kernel = new(networkNamespace);
    private readonly ConntrackTable _conntrack = new(networkNamespace);

    internal KernelReading Read() => new(
        _kernel.ReadCounters()
            .OrderBy(counter => counter.Key, StringComparer.Ordinal)
            .Select(counter => new PolicyCounter(counter.Key, counter.Value.Packets, counter.Value.Bytes))
            .ToEquatableArray(),
        _kernel.ReadShadows().Where(chain => chain.Hook is Hook.Input or Hook.Output).Select(chain => chain.ToString()).ToEquatableArray(),
        _conntrack.ReadUse());

    public void Dispose()
    {
        _kernel.Dispose();
        _conntrack.Dispose();
    }
}
