using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>Tier: policies that are looked at together. The built-in ones may be declared, as they are.</summary>
internal static class TierReader
{
    private static readonly Field<double> Order = Field.Optional("order", Values.Number, "lower comes first; absent comes last");

    private static readonly Field<BlockEnd> DefaultAction = Field.Optional(
        "defaultAction", Values.OneOf(("Deny", BlockEnd.Deny), ("Pass", BlockEnd.Pass)), "what happens to traffic of endpoints that a policy selects and no rule matches; absent is Deny");

    private static readonly Field<SpecInput> Spec = Field.Optional(
        "spec", new ObjectValue<SpecInput>("the spec of a Tier", [Order, DefaultAction], static input => new(input)), "place and end");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = CalicoKinds.Kind(TierResource.Kind, isNamespaced: false, NameRule.Label, [Spec], Build);

    private static TierResource Build(ResourceInput input)
    {
        var spec = input.Root.Read(Spec)?.Input;
        var tier = new TierResource(input.Key, input.Source)
        {
            Order = spec?.ReadValue(Order),
            DefaultAction = spec?.ReadValue(DefaultAction) ?? BlockEnd.Deny,
        };
        if (tier.Key.Name == BuiltInTiers.Mesh)
        {
            input.Root.Error(KindReader.MetadataField, $"tier {tier.Key.Name} holds what is derived from Istio; expected another name");
        }
        else if (BuiltInTiers.All.FirstOrDefault(known => known.Key.Name == tier.Key.Name) is { } builtIn
            && (builtIn.Order != tier.Order || builtIn.DefaultAction != tier.DefaultAction))
        {
            input.Root.Error(Spec, string.Create(
                CultureInfo.InvariantCulture, $"tier {tier.Key.Name} is built in; expected order {builtIn.Order} and defaultAction {builtIn.DefaultAction}"));
        }

        return tier;
    }
}
