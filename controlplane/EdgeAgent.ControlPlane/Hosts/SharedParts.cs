using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Lets reports hold together what they say alike: each comes with its own copy, and nearly all of it is what the ones before said.</summary>
internal static class SharedParts
{
    /// <summary>The same report, with instances of the first of two others that has an equal one in the place of its own.</summary>
    /// <param name="report">The report.</param>
    /// <param name="before">What the same host reported before; null for nothing.</param>
    /// <param name="other">What another host reported, which most is alike of that is not as before; null for nothing.</param>
    public static HostStatus Sharing(this HostStatus report, HostStatus? before, HostStatus? other) => before is null && other is null ? report : report with
    {
        Namespace = Same(report.Namespace, before?.Namespace, other?.Namespace),
        Name = Same(report.Name, before?.Name, null),
        MachineId = Same(report.MachineId, before?.MachineId, null),
        AgentVersion = Same(report.AgentVersion, before?.AgentVersion, other?.AgentVersion),
        Kernel = Same(report.Kernel, before?.Kernel, other?.Kernel),
        Backend = Same(report.Backend, before?.Backend, other?.Backend),
        Reason = Same(report.Reason, before?.Reason, other?.Reason),
        PolicyDigest = Same(report.PolicyDigest, before?.PolicyDigest ?? default, other?.PolicyDigest ?? default),
        KernelDigest = Same(report.KernelDigest, before?.KernelDigest ?? default, other?.KernelDigest ?? default),
        Drift = Same(report.Drift, before?.Drift ?? default, other?.Drift ?? default),
        Counters = Same(report.Counters, before?.Counters ?? default, other?.Counters ?? default),
        Denied = Same(report.Denied, before?.Denied ?? default, other?.Denied ?? default),
        AlwaysOpen = Same(report.AlwaysOpen, before?.AlwaysOpen ?? default, other?.AlwaysOpen ?? default),
        ShadowedBy = Same(report.ShadowedBy, before?.ShadowedBy ?? default, other?.ShadowedBy ?? default),
        Names = Same(report.Names, before?.Names ?? default, other?.Names ?? default),
    };

    private static T Same<T>(T own, T? before, T? other)
        where T : IEquatable<T> => own.Equals(before) ? before! : own.Equals(other) ? other! : own;
}
