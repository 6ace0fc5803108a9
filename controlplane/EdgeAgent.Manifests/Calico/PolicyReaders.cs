using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>GlobalNetworkPolicy, NetworkPolicy, and the staged form of both, which is counted and never enforced.</summary>
internal static class PolicyReaders
{
    /// <summary>GlobalNetworkPolicy.</summary>
    public static KindReader Global { get; } = Enforced("GlobalNetworkPolicy", isNamespaced: false, PolicySpec.GlobalFields);

    /// <summary>NetworkPolicy; Kubernetes has a kind of that name.</summary>
    public static KindReader Namespaced { get; } =
        Enforced("NetworkPolicy", isNamespaced: true, PolicySpec.Fields) with { KeyKind = $"NetworkPolicy.{CalicoKinds.Group}" };

    /// <summary>StagedGlobalNetworkPolicy.</summary>
    public static KindReader StagedGlobal { get; } = Staged("StagedGlobalNetworkPolicy", isNamespaced: false, PolicySpec.GlobalFields);

    /// <summary>StagedNetworkPolicy.</summary>
    public static KindReader StagedNamespaced { get; } = Staged("StagedNetworkPolicy", isNamespaced: true, PolicySpec.Fields);

    private static KindReader Enforced(string kind, bool isNamespaced, IReadOnlyList<Field> fields)
    {
        var spec = SpecField(kind, fields);
        return CalicoKinds.Kind(kind, isNamespaced, CalicoKinds.PolicyName, [spec], input =>
            input.Root.Read(spec) is { } read ? PolicySpec.Build(read.Input, input, PolicyMode.Enforce) : null);
    }

    private static KindReader Staged(string kind, bool isNamespaced, IReadOnlyList<Field> fields)
    {
        var spec = SpecField(kind, [StagedActions.Field, .. fields]);
        return CalicoKinds.Kind(kind, isNamespaced, CalicoKinds.PolicyName, [spec], input =>
        {
            if (input.Root.Read(spec) is not { Input: var read })
                return null;
            return StagedActions.CountsRules(read, PolicySpec.Tier.Name)
                ? PolicySpec.Build(read, input, PolicyMode.Audit)
                : new PolicyResource(input.Key, input.Source) { Tier = PolicySpec.ReadTier(read), Mode = PolicyMode.Audit };
        });
    }

    private static Field<SpecInput> SpecField(string kind, IReadOnlyList<Field> fields) =>
        Field.Required("spec", new ObjectValue<SpecInput>($"the spec of a {kind}", fields, static input => new(input)), "whom it is about, and what it decides");
}

/// <summary>The fields of a spec, read when the policy's namespace is known.</summary>
internal sealed record SpecInput(ObjectInput Input);
