using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>NetworkSet and GlobalNetworkSet: blocks of addresses under labels.</summary>
internal static class NetworkSetReaders
{
    private static readonly Field<IReadOnlyList<Located<Cidr>>> Nets = Field.Optional("nets", new ListValue<Cidr>(NetworkValues.BlockOrAddress), "the blocks");

    private static readonly Field<SpecInput> Spec = Field.Optional(
        "spec",
        new ObjectValue<SpecInput>(
            "the spec of a network set",
            [Nets, Field.Refused("allowedEgressDomains", "names are not resolved for this kind; expected their addresses in nets, or a BookendPolicy with domains")],
            static input => new(input)),
        "the blocks");

    /// <summary>GlobalNetworkSet.</summary>
    public static KindReader Global { get; } = CalicoKinds.Kind("GlobalNetworkSet", isNamespaced: false, NameRule.Subdomain, [Spec], Build);

    /// <summary>NetworkSet.</summary>
    public static KindReader Namespaced { get; } = CalicoKinds.Kind("NetworkSet", isNamespaced: true, NameRule.Subdomain, [Spec], Build);

    private static EndpointResource Build(ResourceInput input) => new(input.Key, input.Source)
    {
        Nature = EndpointNature.NetworkSet,
        Labels = CalicoLabels.Of(input),
        Addresses = input.Root.Read(Spec)?.Input.ReadList(Nets).Select(net => net.Value).Distinct().ToEquatableArray() ?? [],
    };
}
