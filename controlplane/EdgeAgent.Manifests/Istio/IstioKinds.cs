using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;

namespace EdgeAgent.Manifests.Istio;

/// <summary>The kinds of Istio.</summary>
internal static class IstioKinds
{
    /// <summary>Versions of the networking API.</summary>
    public static readonly IReadOnlyList<string> Networking = ["networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3"];

    /// <summary>Versions of the security API.</summary>
    public static readonly IReadOnlyList<string> Security = ["security.istio.io/v1", "security.istio.io/v1beta1"];

    /// <summary>The first generation of the networking API.</summary>
    public static readonly IReadOnlyList<string> FirstGeneration = ["config.istio.io/v1alpha2"];

    /// <summary>What an API server reports of every kind; declared before the readers, which hold it.</summary>
    public static Field Status { get; } = Field.Ignored("status", "what an API server reports");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KindReader> All { get; } =
    [
        RouteRuleReader.Kind,
        EgressRuleReader.Kind,
        VirtualServiceReader.Kind,
        DestinationRuleReader.Kind,
        ServiceEntryReader.Kind,
        WorkloadEntryReader.Kind,
        WorkloadGroupReader.Kind,
        SidecarReader.Kind,
        GatewayReader.Kind,
        AuthorizationPolicyReader.Kind,
        PeerAuthenticationReader.Kind,
    ];

    /// <summary>Reads the weight of a destination, and notes one of 0.</summary>
    public static void ReadWeight(ObjectInput input, Field<int> weight)
    {
        if (input.ReadValue(weight) == 0)
            input.Warning(weight, "weight 0 sends no requests there for now; the destination is included, since shifting weights must not need another policy");
    }

    /// <summary>Fields that shape requests, and neither who connects nor where to.</summary>
    public static IEnumerable<Field> RequestFields(params string[] names) =>
        names.Select(name => Field.Ignored(name, "shapes or chooses requests; does not narrow who connects to what"));
}
