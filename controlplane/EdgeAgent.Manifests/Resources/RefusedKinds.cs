namespace EdgeAgent.Manifests.Resources;

/// <summary>Kinds that are known and still refused, because leaving them unread would change what is enforced.</summary>
internal static class RefusedKinds
{
    private const string CalicoGroup = "projectcalico.org/";

    private static readonly Dictionary<string, string> CalicoReasons = new(StringComparer.Ordinal)
    {
        ["Profile"] = "profiles other than projectcalico-default-allow are not read; expected their rules as a GlobalNetworkPolicy",
        ["FelixConfiguration"] = "it configures Calico's agent, not this one; expected the settings of edgeagent",
    };

    /// <summary>Why the kind is refused; null for one that is not known to be.</summary>
    public static string? Reason(string apiVersion, string kind) =>
        apiVersion.Contains(CalicoGroup, StringComparison.Ordinal) && CalicoReasons.TryGetValue(kind, out var reason) ? reason : null;
}
