using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>Gateway of networking.istio.io: the workloads that routes bound to it come from.</summary>
internal static class GatewayReader
{
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> Selector = IstioValues.Labels("selector", "the gateway's workloads, of any namespace");

    private static readonly Field<LabelSelection> Spec = Field.Required(
        "spec",
        new ObjectValue<LabelSelection>(
            "the spec of a Gateway",
            [Selector, Field.Ignored("servers", "what the gateway listens on; a route closes no gateway")],
            static input => new(MapValue.ToLabels(input.Read(Selector)))),
        "which workloads").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        GatewayResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input => input.Root.Read(Spec) is { } spec ? new GatewayResource(input.Key, input.Source) { Selector = spec.Labels } : null);
}
