using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>The spec of a NetworkPolicy: which hosts it selects, what it grants them.</summary>
internal sealed record NetworkPolicySpec(Selector Pods, IReadOnlyList<NetworkPolicyRule>? Ingress, IReadOnlyList<NetworkPolicyRule>? Egress)
{
    private static readonly Field<Selector> PodSelector = Field.Optional(
        "podSelector", LabelSelectors.Type, "hosts of the policy's namespace; null and {} select them all");

    private static readonly Field<IReadOnlyList<Located<NetworkPolicyRule>>> IngressField = Field.Optional(
        "ingress", new ListValue<NetworkPolicyRule>(NetworkPolicyRule.Ingress), "grants; none at all denies");

    private static readonly Field<IReadOnlyList<Located<NetworkPolicyRule>>> EgressField = Field.Optional(
        "egress", new ListValue<NetworkPolicyRule>(NetworkPolicyRule.Egress), "grants; none at all denies where policyTypes has Egress");

    private static readonly Field<IReadOnlyList<Located<Direction>>> PolicyTypes = Field.Optional(
        "policyTypes",
        new ListValue<Direction>(Values.OneOf(("Ingress", Direction.Inbound), ("Egress", Direction.Outbound)), atMost: 2),
        "absent or empty: Ingress, and Egress if there is an egress rule");

    /// <summary>The fields of the spec.</summary>
    public static IReadOnlyList<Field> Fields { get; } = [PodSelector, IngressField, EgressField, PolicyTypes];

    /// <summary>A spec.</summary>
    public static ValueType<NetworkPolicySpec> Type { get; } = new ObjectValue<NetworkPolicySpec>("the spec of a NetworkPolicy", Fields, Build);

    /// <summary>Reads the spec's fields from an object.</summary>
    public static NetworkPolicySpec Build(ObjectInput input)
    {
        if (!input.Mapping.Entries.Any(entry => entry.Key.Text == PodSelector.Name))
            input.Warning(PodSelector, "podSelector is missing and selects every host of the namespace; write {} to say so");
        var ingress = input.ReadList(IngressField).Select(rule => rule.Value).ToList();
        var egress = input.ReadList(EgressField).Select(rule => rule.Value).ToList();
        var types = input.ReadList(PolicyTypes).Select(type => type.Value).ToList();
        if (types.Count == 0)
            types = HasItems(input, EgressField) ? [Direction.Inbound, Direction.Outbound] : [Direction.Inbound];
        WarnOfUnused(input, IngressField, Direction.Inbound, types);
        WarnOfUnused(input, EgressField, Direction.Outbound, types);
        return new(
            input.Read(PodSelector) ?? Selector.All,
            types.Contains(Direction.Inbound) ? ingress : null,
            types.Contains(Direction.Outbound) ? egress : null);
    }

    /// <summary>The policy that the spec makes.</summary>
    public PolicyResource ToPolicy(ResourceKey key, SourcePosition source, PolicyMode mode) => new(key, source)
    {
        Order = BuiltInTiers.KubernetesOrder,
        Mode = mode,
        Ingress = Side("ingress", Ingress, key.Namespace),
        Egress = Side("egress", Egress, key.Namespace),
    };

    private static void WarnOfUnused(ObjectInput input, Field field, Direction direction, List<Direction> types)
    {
        if (HasItems(input, field) && !types.Contains(direction))
            input.Warning(field, string.Create(CultureInfo.InvariantCulture, $"{field.Name} rules have no effect, since policyTypes does not name {(direction == Direction.Inbound ? "Ingress" : "Egress")}"));
    }

    private static bool HasItems(ObjectInput input, Field field) =>
        input.Mapping.TryGet(field.Name, out var node) && node is YamlSequence { Items.Count: > 0 };

    private PolicySide? Side(string direction, IReadOnlyList<NetworkPolicyRule>? rules, string policyNamespace)
    {
        if (rules is null)
            return null;
        var subject = PeerMatch.Of(new EndpointMatch { Namespace = policyNamespace, Selector = Pods, WorkloadsOnly = true });
        return new([subject], rules.Select((rule, i) => rule.ToRule($"{direction}[{i}]", policyNamespace)).ToEquatableArray(), Isolates: true);
    }
}
