using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The tiers that exist without being declared (Calico's, Tier reference; policy.networking.k8s.io).</summary>
public static class BuiltInTiers
{
    /// <summary>
    /// What is derived from Istio's resources. It comes first and grants by passing on, so that a flow must satisfy it and the other
    /// languages, as a proxy's and a network plugin's verdicts both hold where they come from.
    /// </summary>
    public const string Mesh = "istio";

    /// <summary>Cluster-wide policies that come before all others.</summary>
    public const string Admin = "kube-admin";

    /// <summary>Kubernetes, native and tierless Calico policies.</summary>
    public const string Default = "default";

    /// <summary>Cluster-wide policies that come after all others.</summary>
    public const string Baseline = "kube-baseline";

    /// <summary>The order of Kubernetes NetworkPolicy, and of native policies that name none, within the default tier.</summary>
    public const double KubernetesOrder = 1000;

    /// <summary>The built-in tiers; a Tier resource of the same name takes their place.</summary>
    public static EquatableArray<TierResource> All { get; } =
    [
        Tier(Mesh, double.NegativeInfinity, BlockEnd.Pass),
        Tier(Admin, 1_000, BlockEnd.Pass),
        Tier(Default, 1_000_000, BlockEnd.Deny),
        Tier(Baseline, 10_000_000, BlockEnd.Pass),
    ];

    private static TierResource Tier(string name, double order, BlockEnd end) =>
        new(new(TierResource.Kind, "", name), SourcePosition.None) { Order = order, DefaultAction = end };
}
