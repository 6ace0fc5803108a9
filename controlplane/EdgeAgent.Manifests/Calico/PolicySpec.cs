using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>What the specs of all Calico policies share.</summary>
internal static class PolicySpec
{
    private const int MostRules = 1024;

    /// <summary>The tier.</summary>
    public static readonly Field<string> Tier = Field.Optional(
        "tier", Values.TextWhere(NameSyntax.LabelName, static text => NameSyntax.IsLabel(text)), "absent is default; must exist");

    private static readonly Field<double> Order = Field.Optional("order", Values.Number, "lower comes first; absent comes last; equal ones go by name");
    private static readonly Field<GivenSelector> SelectorField = Field.Optional("selector", CalicoValues.Selector, "the endpoints it is about; absent is all");

    private static readonly Field<GivenSelector> NamespaceSelector = Field.Optional(
        "namespaceSelector", CalicoValues.Selector, "endpoints of the namespaces with these labels; absent is all, also those in none");

    private static readonly Field<IReadOnlyList<Located<CalicoRule>>> Ingress = Field.Optional(
        "ingress", new ListValue<CalicoRule>(CalicoRule.Ingress, atMost: MostRules), "rules in order; then the tier's default action");

    private static readonly Field<IReadOnlyList<Located<CalicoRule>>> Egress = Field.Optional(
        "egress", new ListValue<CalicoRule>(CalicoRule.Egress, atMost: MostRules), "rules in order; then the tier's default action");

    private static readonly Field<IReadOnlyList<Located<Direction>>> Types = Field.Optional(
        "types",
        new ListValue<Direction>(Values.OneOf(("Ingress", Direction.Inbound), ("Egress", Direction.Outbound)), atMost: 2),
        "absent: Egress if there are egress rules, Ingress if there are ingress rules or no rules at all");

    private static readonly Field<bool> ApplyOnForward = Field.Optional("applyOnForward", Values.Boolean, "traffic through the hosts too: ingress where it arrives, egress where it leaves");

    private static readonly Field ServiceAccountSelector = Field.Refused(
        "serviceAccountSelector", "labels of service accounts are not known here; expected a selector on the hosts", harmless: "");

    /// <summary>The fields of a policy within a namespace.</summary>
    public static IReadOnlyList<Field> Fields { get; } =
        [Tier, Order, SelectorField, Ingress, Egress, Types, ServiceAccountSelector, Field.Ignored("performanceHints", "never change what is enforced")];

    /// <summary>The fields of a policy outside namespaces.</summary>
    public static IReadOnlyList<Field> GlobalFields { get; } =
    [
        .. Fields,
        NamespaceSelector,
        ApplyOnForward,
        Field.Refused("doNotTrack", "rules before connection tracking are not made; expected the policy without it", harmless: "false"),
        Field.Refused("preDNAT", "rules before address translation are not made; expected the policy on the translated address", harmless: "false"),
    ];

    /// <summary>Translates a spec.</summary>
    public static PolicyResource Build(ObjectInput spec, ResourceInput input, PolicyMode mode)
    {
        var (ingress, egress) = (spec.ReadList(Ingress), spec.ReadList(Egress));
        var types = ReadTypes(spec, ingress.Count > 0, egress.Count > 0);
        foreach (var (rule, node, context) in ingress.Concat(egress))
        {
            if (rule.Service is { Namespace.Length: 0 } && input.Key.Namespace.Length == 0)
                context.Error(node, "services without a namespace in a global policy; expected the Service's namespace");
        }

        var space = input.Key.Namespace;
        var subject = PeerMatch.Of(new EndpointMatch
        {
            Namespace = space.Length == 0 ? null : space,
            NamespaceSelector = spec.Read(NamespaceSelector)?.Selector,
            Selector = spec.Read(SelectorField)?.Selector ?? Selector.All,
        });
        PolicySide? Side(Direction direction, IReadOnlyList<Located<CalicoRule>> rules) => types.Contains(direction)
            ? new([subject], rules.Select((rule, i) => rule.Value.ToRule(direction, i, space)).ToEquatableArray(), Isolates: true)
            : null;
        return new(input.Key, input.Source)
        {
            Tier = ReadTier(spec),
            Order = spec.ReadValue(Order),
            NamesServices = ingress.Concat(egress).Any(rule => rule.Value.Service is not null),
            Mode = mode,
            AppliesOnForward = spec.ReadValue(ApplyOnForward) == true,
            Ingress = Side(Direction.Inbound, ingress),
            Egress = Side(Direction.Outbound, egress),
        };
    }

    /// <summary>The policy's tier; its place is kept for the check that it exists.</summary>
    public static string ReadTier(ObjectInput spec)
    {
        if (spec.Read(Tier) is not { } tier)
            return BuiltInTiers.Default;
        if (tier == BuiltInTiers.Mesh)
            spec.Error(Tier, $"tier {tier} holds what is derived from Istio; expected another tier");
        else if (spec.Mapping.TryGet(Tier.Name, out var node))
            spec.Context.Field(Tier.Name).Mark(StateCheck.TierMark, node);
        return tier;
    }

    private static List<Direction> ReadTypes(ObjectInput spec, bool hasIngress, bool hasEgress)
    {
        var given = spec.ReadList(Types);
        if (given.Count == 2 && given[0].Value == given[1].Value)
            given[1].Context.Error(given[1].Node, "the type comes twice; expected each once");
        if (given.Count > 0)
        {
            Warn(Ingress, Direction.Inbound, hasIngress, "Ingress");
            Warn(Egress, Direction.Outbound, hasEgress, "Egress");
            return [.. given.Select(type => type.Value)];
        }

        return hasEgress ? hasIngress ? [Direction.Inbound, Direction.Outbound] : [Direction.Outbound] : [Direction.Inbound];

        void Warn(Field field, Direction direction, bool hasRules, string name)
        {
            if (hasRules && given.All(type => type.Value != direction))
                spec.Warning(field, $"{field.Name} rules have no effect, since types does not name {name}");
        }
    }
}
