using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Lets reports hold together what they say alike: each comes with its own copy, and nearly all of it is what the ones before said.</summary>
internal static class SharedParts
{
    /// <summary>The same report, with the other one's instances in the place of its own where the two are equal.</summary>
    public static HostStatus Sharing(this HostStatus report, HostStatus? known) => known is null ? report : report with
    {
        Namespace = Same(report.Namespace, known.Namespace),
        Name = Same(report.Name, known.Name),
        MachineId = Same(report.MachineId, known.MachineId),
        AgentVersion = Same(report.AgentVersion, known.AgentVersion),
        Kernel = Same(report.Kernel, known.Kernel),
        Backend = Same(report.Backend, known.Backend),
        Reason = Same(report.Reason, known.Reason),
        PolicyDigest = Same(report.PolicyDigest, known.PolicyDigest),
        KernelDigest = Same(report.KernelDigest, known.KernelDigest),
        Drift = Same(report.Drift, known.Drift),
        Counters = Same(report.Counters, known.Counters),
        Denied = Same(report.Denied, known.Denied),
        AlwaysOpen = Same(report.AlwaysOpen, known.AlwaysOpen),
        ShadowedBy = Same(report.ShadowedBy, known.ShadowedBy),
        Names = Same(report.Names, known.Names),
    };

    private static T Same<T>(T own, T known)
        where T : IEquatable<T> => own.Equals(known) ? known : own;
}
