using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>DestinationRule of networking.istio.io: the subsets that routes name.</summary>
internal static class DestinationRuleReader
{
    private static readonly Field<string> Host = Field.Required("host", IstioValues.HostPattern, "the service").Derived();
    private static readonly Field<string> Name = Field.Required("name", Values.Text, "what routes call it").Derived();
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> Labels = IstioValues.Labels("labels", "of the subset's endpoints");
    private static readonly Field TrafficPolicy = Field.Ignored("trafficPolicy", "how connections are made; changes nothing at L4");

    private static readonly Field<IReadOnlyList<Located<Subset>>> Subsets = Field.Optional(
        "subsets", new ListValue<Subset>(new ObjectValue<Subset>("a subset with name and labels", [Name, Labels, TrafficPolicy], ReadSubset)), "parts of the service").Derived();

    private static readonly Field<Spec> SpecField = Field.Required(
        "spec",
        new ObjectValue<Spec>(
            "the spec of a DestinationRule",
            [Host, Subsets, TrafficPolicy, IstioValues.ExportTo, Field.Ignored("workloadSelector", "whose connections the traffic policy shapes")],
            ReadSpec),
        "which subsets").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        DestinationRuleResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [SpecField, IstioKinds.Status],
        static input => input.Root.Read(SpecField) is { } spec
            ? new DestinationRuleResource(input.Key, input.Source) { Host = spec.Host, Subsets = spec.Subsets, ExportTo = spec.ExportTo }
            : null);

    private sealed record Spec(string Host, EquatableArray<ServiceSubset> Subsets, EquatableArray<string> ExportTo);

    private sealed record Subset(ServiceSubset Value);

    private static Spec? ReadSpec(ObjectInput input)
    {
        var (host, subsets, exportTo) = (input.Read(Host), input.ReadList(Subsets), input.ReadList(IstioValues.ExportTo).Texts());
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (subset, node, context) in subsets)
        {
            if (!names.Add(subset.Value.Name))
                context.Error(node, $"subset '{subset.Value.Name}' comes twice; expected different names");
        }

        return host is null ? null : new(host, subsets.Select(subset => subset.Value.Value).ToEquatableArray(), exportTo);
    }

    private static Subset? ReadSubset(ObjectInput input) =>
        input.Read(Name) is { } name ? new(new ServiceSubset(name, MapValue.ToLabels(input.Read(Labels)))) : null;
}
