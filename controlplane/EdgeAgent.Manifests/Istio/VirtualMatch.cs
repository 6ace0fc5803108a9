using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A match of a VirtualService's route: of it, who calls counts.</summary>
internal sealed record VirtualMatch(LabelSet SourceLabels, string SourceNamespace, EquatableArray<string> Gateways, ushort? Port)
{
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> Labels = IstioValues.Labels("sourceLabels", "the callers' labels");
    private static readonly Field<string> Namespace = Field.Optional("sourceNamespace", Values.TextWhere("a namespace", static text => NameSyntax.IsLabel(text)), "the callers' namespace").Derived();
    private static readonly Field<IReadOnlyList<Located<string>>> GatewaysField = Field.Optional("gateways", new ListValue<string>(Values.Text), "in place of the VirtualService's").Derived();

    private static readonly Field<int> PortField = Field.Optional("port", NetworkValues.Port, "the service's port that clients address; called where a destination names none, unless its service has no other").Derived();

    /// <summary>A match that everything satisfies.</summary>
    public static VirtualMatch Anything { get; } = new(LabelSet.Empty, "", [], null);

    /// <summary>A match of an http route.</summary>
    public static ValueType<VirtualMatch> Http { get; } = Of("name", "uri", "scheme", "method", "authority", "headers", "queryParams", "ignoreUriCase", "withoutHeaders", "statPrefix");

    /// <summary>A match of a tls or tcp route.</summary>
    public static ValueType<VirtualMatch> Stream { get; } = Of("sniHosts", "destinationSubnets", "sourceSubnet");

    private static ObjectValue<VirtualMatch> Of(params string[] requestFields) => new(
        "a match with sourceLabels, sourceNamespace, gateways and port",
        [Labels, Namespace, GatewaysField, PortField, .. IstioKinds.RequestFields(requestFields)],
        static input => new(MapValue.ToLabels(input.Read(Labels)), input.Read(Namespace) ?? "", input.ReadList(GatewaysField).Texts(), (ushort?)input.ReadValue(PortField)));
}
