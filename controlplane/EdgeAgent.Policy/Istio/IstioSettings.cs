namespace EdgeAgent.Policy.Istio;

/// <summary>What an installation of Istio fixes for the whole mesh (MeshConfig).</summary>
/// <param name="RootNamespace">The namespace whose Sidecar and AuthorizationPolicy without selector hold everywhere.</param>
/// <param name="TrustDomain">The first part of principals.</param>
public sealed record IstioSettings(string RootNamespace, string TrustDomain)
{
    /// <summary>The defaults of Istio.</summary>
    public static IstioSettings Default { get; } = new("istio-system", "cluster.local");
}
