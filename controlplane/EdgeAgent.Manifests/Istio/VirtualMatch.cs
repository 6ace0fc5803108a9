using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A match of a VirtualService's route: of it, who calls counts.</summary>
internal sealed record VirtualMatch(LabelSet SourceLabels, string SourceNamespace, EquatableArray<string> Gateways)
{
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> Labels = IstioValues.Labels("sourceLabels", "the callers' labels");
    private static readonly Field<string> Namespace = Field.Optional("sourceNamespace", Values.TextWhere("a namespace", static text => NameSyntax.IsLabel(text)), "the callers' namespace").Derived();
    private static readonly Field<IReadOnlyList<Located<string>>> GatewaysField = Field.Optional("gateways", new ListValue<string>(Values.Text), "in place of the VirtualService's").Derived();

    /// <summary>A match that everything satisfies.</summary>
    public static VirtualMatch Anything { get; } = new(LabelSet.Empty, "", []);

    /// <summary>A match of an http route.</summary>
    public static ValueType<VirtualMatch> Http { get; } = Of("name", "uri", "scheme", "method", "authority", "headers", "port", "queryParams", "ignoreUriCase", "withoutHeaders", "statPrefix");

    /// <summary>A match of a tls or tcp route.</summary>
    public static ValueType<VirtualMatch> Stream { get; } = Of("sniHosts", "destinationSubnets", "port", "sourceSubnet");

    private static ObjectValue<VirtualMatch> Of(params string[] requestFields) => new(
        "a match with sourceLabels, sourceNamespace and gateways",
        [Labels, Namespace, GatewaysField, .. IstioKinds.RequestFields(requestFields)],
        static input => new(MapValue.ToLabels(input.Read(Labels)), input.Read(Namespace) ?? "", input.ReadList(GatewaysField).Texts()));
}
