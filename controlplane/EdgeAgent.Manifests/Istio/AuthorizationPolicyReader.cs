using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>AuthorizationPolicy of security.istio.io, as far as L4 can tell.</summary>
internal static class AuthorizationPolicyReader
{
    /// <summary>The annotation of a policy that is to have no effect.</summary>
    public const string DryRun = "istio.io/dry-run";

    private static readonly Field<LabelSelection> Selector = IstioValues.Selection("selector", "matchLabels", "the workloads of its namespace; absent is all of them, in the root namespace of the whole mesh");

    private static readonly Field<string> Action = Field.Optional(
        "action", Values.OneOf(("ALLOW", "ALLOW"), ("DENY", "DENY"), ("AUDIT", "AUDIT"), ("CUSTOM", "CUSTOM")), "absent is ALLOW; AUDIT and CUSTOM have no effect").Derived();

    private static readonly Field<IReadOnlyList<Located<AuthorizationRuleInput>>> Rules = Field.Optional(
        "rules", new ListValue<AuthorizationRuleInput>(AuthorizationRuleInput.Type), "absent or empty matches nothing: ALLOW then denies everything").Derived();

    private static readonly Field<Spec> SpecField = Field.Optional(
        "spec",
        new ObjectValue<Spec>(
            "the spec of an AuthorizationPolicy",
            [Selector, Action, Rules, Field.Ignored("provider", "who decides for CUSTOM"), Field.Refused("targetRef", "waypoints and gateways enforce it, not hosts; expected selector"), Field.Refused("targetRefs", "waypoints and gateways enforce it, not hosts; expected selector")],
            ReadSpec),
        "absent allows nothing").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Security,
        AuthorizationPolicyResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [SpecField, IstioKinds.Status],
        Build);

    private sealed record Spec(LabelSet? Selector, AuthorizationAction Action, EquatableArray<AuthorizationRule> Rules);

    private static AuthorizationPolicyResource Build(ResourceInput input)
    {
        var spec = input.Root.Read(SpecField) ?? new(null, AuthorizationAction.Allow, []);
        var action = spec.Action;
        if (input.Metadata.Annotation(DryRun) is { Value: "true" } dryRun)
        {
            dryRun.Context.Warning(dryRun.Node, "dry run: the policy has no effect");
            action = AuthorizationAction.None;
        }

        return new(input.Key, input.Source) { Selector = spec.Selector, Action = action, Rules = spec.Rules };
    }

    private static Spec ReadSpec(ObjectInput input)
    {
        var action = input.Read(Action) ?? "ALLOW";
        var rules = input.ReadList(Rules);
        if (action is "AUDIT")
            input.Warning(Action, "AUDIT asks proxies to log; it has no effect here");
        if (action is "CUSTOM")
            input.Warning(Action, "CUSTOM is decided by a provider that hosts cannot ask; it has no effect here, and opens nothing");
        var kind = action switch { "ALLOW" => AuthorizationAction.Allow, "DENY" => AuthorizationAction.Deny, _ => AuthorizationAction.None };
        return new(
            input.Read(Selector)?.Labels,
            kind,
            rules.Select((rule, index) => kind == AuthorizationAction.Deny ? Denying(rule, index) : Allowing(rule, index, kind)).OfType<AuthorizationRule>().ToEquatableArray());
    }

    private static AuthorizationRule? Allowing(Located<AuthorizationRuleInput> rule, int index, AuthorizationAction action)
    {
        if (rule.Value.RequestFields.IsEmpty)
            return rule.Value.ToRule($"rules[{index}]", rule.Context.Scope.PositionOf(rule.Node));
        if (action == AuthorizationAction.Allow)
            rule.Context.Warning(rule.Node, $"{Words(rule.Value)} cannot be told at L4: the rule allows nothing");
        return null;
    }

    private static AuthorizationRule? Denying(Located<AuthorizationRuleInput> rule, int index)
    {
        if (rule.Value.RequestFields.IsEmpty)
            return rule.Value.ToRule($"rules[{index}]", rule.Context.Scope.PositionOf(rule.Node));
        if (rule.Value.HasNothingElse)
        {
            rule.Context.Warning(rule.Node, $"{Words(rule.Value)} cannot be told at L4, and the rule says nothing else: it denies nothing");
            return null;
        }

        rule.Context.Warning(rule.Node, $"{Words(rule.Value)} cannot be told at L4: the rule denies whatever else it says, for all of them");
        return rule.Value.ToRule($"rules[{index}]", rule.Context.Scope.PositionOf(rule.Node));
    }

    private static string Words(AuthorizationRuleInput rule) => string.Join(", ", rule.RequestFields);
}
