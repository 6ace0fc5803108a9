using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;

namespace EdgeAgent.Manifests.Calico;

/// <summary>The kinds of projectcalico.org/v3, which may also be written as the custom resources that they are stored as.</summary>
internal static class CalicoKinds
{
    /// <summary>What qualifies kinds that Kubernetes has as well.</summary>
    public const string Group = "projectcalico.org";

    /// <summary>The API versions.</summary>
    public static readonly IReadOnlyList<string> ApiVersions = [$"{Group}/v3", $"crd.{Group}/v1"];

    /// <summary>Names of policies: a label, or two joined by a dot (the first may be the tier).</summary>
    public static readonly NameRule PolicyName = new(
        "one or two names joined by a dot, each of lower-case letters, digits and '-', beginning and ending with a letter or digit",
        static name => NameSyntax.IsSubdomain(name)
            && (name.Count('.') <= 1 || name.StartsWith("knp.default.", StringComparison.Ordinal) || name.StartsWith("ossg.default.", StringComparison.Ordinal)));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KindReader> All { get; } =
    [
        TierReader.Kind,
        PolicyReaders.Global,
        PolicyReaders.Namespaced,
        PolicyReaders.StagedGlobal,
        PolicyReaders.StagedNamespaced,
        StagedKubernetesPolicyReader.Kind,
        NetworkSetReaders.Global,
        NetworkSetReaders.Namespaced,
        HostEndpointReader.Kind,
    ];

    /// <summary>A kind of Calico.</summary>
    public static KindReader Kind(string kind, bool isNamespaced, NameRule name, IReadOnlyList<Field> fields, Func<ResourceInput, Policy.Resource?> build) =>
        new(Languages.Calico, ApiVersions, kind, isNamespaced, name, [.. fields, Field.Ignored("status", "what an API server reports")], build);
}
