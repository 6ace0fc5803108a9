using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes.Admin;

/// <summary>The cluster-wide policies of policy.networking.k8s.io: first generation (Admin and BaselineAdmin) and second (Cluster).</summary>
internal static class AdminNetworkPolicyReader
{
    // A baseline policy of the first generation has no priority; this puts it behind those of the second.
    private const int AfterPriorities = 1001;

    private static readonly Field<int> Priority = Field.Required("priority", Values.Integer(0, 1000), "lower comes first");
    private static readonly Field<PeerMatch> Subject = Field.Required("subject", AdminPeers.Subject, "the hosts that it is about");

    private static readonly Field<string> Tier = Field.Required(
        "tier", Values.OneOf(("Admin", BuiltInTiers.Admin), ("Baseline", BuiltInTiers.Baseline)), "before all NetworkPolicies, or after them");

    /// <summary>AdminNetworkPolicy.</summary>
    public static KindReader Admin { get; } = Kind(
        "AdminNetworkPolicy",
        "policy.networking.k8s.io/v1alpha1",
        NameRule.Subdomain,
        new([("Allow", Verdict.Allow), ("Deny", Verdict.Deny), ("Pass", Verdict.Pass)], "ports", AdminPorts.Type, 100),
        [Priority],
        static input => (BuiltInTiers.Admin, input.ReadValue(Priority)));

    /// <summary>BaselineAdminNetworkPolicy, of which there is one.</summary>
    public static KindReader Baseline { get; } = Kind(
        "BaselineAdminNetworkPolicy",
        "policy.networking.k8s.io/v1alpha1",
        new("default, since there is one such policy", static name => name == "default"),
        new([("Allow", Verdict.Allow), ("Deny", Verdict.Deny)], "ports", AdminPorts.Type, 100),
        [],
        static _ => (BuiltInTiers.Baseline, AfterPriorities));

    /// <summary>ClusterNetworkPolicy.</summary>
    public static KindReader Cluster { get; } = Kind(
        "ClusterNetworkPolicy",
        "policy.networking.k8s.io/v1alpha2",
        NameRule.Subdomain,
        new([("Accept", Verdict.Allow), ("Deny", Verdict.Deny), ("Pass", Verdict.Pass)], "protocols", ClusterProtocols.Type, 25),
        [Tier, Priority],
        static input => (input.Read(Tier), input.ReadValue(Priority)));

    private sealed record Spec(string Tier, int? Priority, PeerMatch Subject, IReadOnlyList<Located<AdminRule>> Ingress, IReadOnlyList<Located<AdminRule>> Egress);

    private static KindReader Kind(string kind, string version, NameRule name, AdminRules rules, Field[] placeFields, Func<ObjectInput, (string? Tier, int? Priority)> place)
    {
        var (ingress, egress) = (rules.Ingress(), rules.Egress());
        var type = new ObjectValue<Spec>($"the spec of a {kind}", [.. placeFields, Subject, ingress, egress], input =>
        {
            var (tier, priority) = place(input);
            var read = (Subject: input.Read(Subject), Ingress: input.ReadList(ingress), Egress: input.ReadList(egress));
            return tier is null || read.Subject is null ? null : new(tier, priority, read.Subject, read.Ingress, read.Egress);
        });
        var specField = Field.Required("spec", type, "whom it is about, and what it decides");
        return new(Languages.Kubernetes, [version], kind, IsNamespaced: false, name, [specField, Field.Ignored("status", "what an API server reports")], input =>
            input.Root.Read(specField) is { } spec
                ? new PolicyResource(input.Key, input.Source)
                {
                    Tier = spec.Tier,
                    Order = spec.Priority,
                    Ingress = AdminRules.Side("ingress", spec.Subject, spec.Ingress),
                    Egress = AdminRules.Side("egress", spec.Subject, spec.Egress),
                }
                : null);
    }
}
