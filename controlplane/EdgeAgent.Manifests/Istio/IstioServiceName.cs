using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A service as the first generation names it (IstioService of config.istio.io/v1alpha2).</summary>
internal sealed record IstioServiceName(string Host, string Namespace, LabelSet Labels)
{
    private static readonly Field<string> Name = Field.Optional("name", IstioValues.HostName, "the service's short name").Derived();
    private static readonly Field<string> NamespaceField = Field.Optional("namespace", Values.TextWhere("a namespace", static text => NameSyntax.IsLabel(text)), "absent is the resource's").Derived();
    private static readonly Field<string> Service = Field.Optional("service", IstioValues.HostPattern, "the full name, in place of name").Derived();
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> LabelsField = IstioValues.Labels("labels", "the versions that are meant");

    /// <summary>A service.</summary>
    public static ValueType<IstioServiceName> Type { get; } = new ObjectValue<IstioServiceName>(
        "a service with name, or with service, and labels",
        [Name, NamespaceField, Service, LabelsField, Field.Ignored("domain", "names of one mesh have one domain")],
        Build);

    private static IstioServiceName? Build(ObjectInput input)
    {
        var (name, service) = (input.Read(Name), input.Read(Service));
        var labels = MapValue.ToLabels(input.Read(LabelsField));
        var host = service ?? name ?? "";
        if (host.Length == 0 && labels.Count == 0 && !input.Has(Name) && !input.Has(Service))
            input.Error("the service has no name; expected name or service");
        return new(host, input.Read(NamespaceField) ?? "", labels);
    }
}
