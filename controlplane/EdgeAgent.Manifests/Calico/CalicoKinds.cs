using EdgeAgent.Manifests.Resources;

namespace EdgeAgent.Manifests.Calico;

/// <summary>The kinds of projectcalico.org/v3, which may also be written as their custom resources' own version.</summary>
internal static class CalicoKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KindReader> All { get; } = [];
}
