using System.Text.Json;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Manifests;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>A kind of objects that API servers may have.</summary>
/// <param name="Description">What the readers know of it.</param>
/// <param name="Plural">What it is called in paths.</param>
/// <param name="TakesPrefix">Whether its names get the cluster's prefix: not where other objects, or people's routes, refer to them.</param>
internal sealed record FollowedKind(KindDescription Description, string Plural, bool TakesPrefix)
{
    /// <summary>The kind in resource keys.</summary>
    public string KeyKind => Description.KeyKind;

    private static readonly string[] Doubles = ["knp.default.", "kanp.", "kbanp.", "kcnp."];

    /// <summary>The label that tells which cluster a workload is of.</summary>
    public const string ClusterLabel = "edgeagent.io/cluster";

    /// <summary>
    /// The versions that a server is asked for, until it has one. What Calico stores comes before what its own API server shows of it,
    /// which is one tier at a time; the oldest version of NetworkPolicy is on no server that has no newer one.
    /// </summary>
    public IReadOnlyList<string> ApiVersions { get; } =
    [
        .. Description.ApiVersions.Where(version => !version.StartsWith("extensions/", StringComparison.Ordinal)).OrderBy(version => version.StartsWith("crd.", StringComparison.Ordinal) ? 0 : 1),
    ];

    /// <summary>Whether its objects are workloads.</summary>
    public bool IsEndpoint => KeyKind is FleetState.PodKind or "WorkloadEntry";

    /// <summary>Whether a field says nothing: the phases of a pod before its end, which would make two documents of each pod.</summary>
    public bool LeavesOut(string field, JsonElement value) => KeyKind == FleetState.PodKind && field == "phase" && !value.ValueEquals("Succeeded") && !value.ValueEquals("Failed");

    /// <summary>Selects the objects that are asked for; empty for all.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>The path of a version's objects in all namespaces, below the server's address.</summary>
    public string PathOf(string apiVersion) => $"{(apiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api")}/{apiVersion}/{Plural}";

    /// <summary>Whether an object, by its name in the cluster, is another's double: Calico's API server shows Kubernetes' policies as its own, too.</summary>
    public bool IsDouble(string name) =>
        Description.Language == "Calico" && Doubles.Any(start => name.StartsWith(start, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string ToString() => KeyKind;
}

/// <summary>The kinds that are followed: all that the readers know of Kubernetes, Calico and Istio.</summary>
internal static class FollowedKinds
{
    private const string Native = "EdgeAgent";

    // Pods name their accounts themselves.
    private static readonly HashSet<string> Unfollowed = ["ServiceAccount"];

    // Their names are spoken by others: hosts in routes, namespaces, tiers of policies, gateways, delegates; there is one baseline policy.
    private static readonly HashSet<string> SpokenNames = ["Namespace", "Service", "Tier", "Gateway", "VirtualService", "BaselineAdminNetworkPolicy"];

    /// <summary>The kinds; those first that others may rest on.</summary>
    public static IReadOnlyList<FollowedKind> All { get; } =
    [
        .. ManifestReader.Kinds
            .Where(kind => kind.Language != Native && !Unfollowed.Contains(kind.KeyKind))
            .OrderBy(kind => kind.KeyKind is "Namespace" or "Tier" ? 0 : 1)
            .Select(kind => new FollowedKind(kind, Plural(kind.Kind.ToLowerInvariant()), !SpokenNames.Contains(kind.KeyKind)) { LabelSelector = Selector(kind.KeyKind) }),
    ];

    // Slices that a cluster makes from a Service's selector say what the selector says; host endpoints that Calico makes are nodes.
    private static string Selector(string kind) => kind switch
    {
        "EndpointSlice" => "endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io",
        "HostEndpoint" => "projectcalico.org/created-by!=calico-kube-controllers",
        _ => "",
    };

    private static string Plural(string kind) => kind.EndsWith('y') && kind[^2] is not ('a' or 'e' or 'o') ? $"{kind[..^1]}ies" : $"{kind}s";
}
