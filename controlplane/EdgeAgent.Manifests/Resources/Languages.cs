namespace EdgeAgent.Manifests.Resources;

/// <summary>The names of the policy languages.</summary>
internal static class Languages
{
    public const string Kubernetes = "Kubernetes";
    public const string Calico = "Calico";
    public const string Istio = "Istio";
    public const string Native = "EdgeAgent";
}
