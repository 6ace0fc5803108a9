using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Native;

/// <summary>Mesh of edgeagent.io: the settings of the mesh that Istio's resources come from, where they are not Istio's own defaults.</summary>
internal static class MeshReader
{
    private static readonly Field<string> RootNamespace = Field.Optional(
        "rootNamespace",
        Values.TextWhere(NameSyntax.LabelName, static text => NameSyntax.IsLabel(text)),
        $"whose AuthorizationPolicy and Sidecar are about the whole mesh; absent is {IstioSettings.Default.RootNamespace}");

    private static readonly Field<string> TrustDomain = Field.Optional(
        "trustDomain",
        Values.TextWhere(NameSyntax.SubdomainName, static text => NameSyntax.IsSubdomain(text)),
        $"what principals begin with; absent is {IstioSettings.Default.TrustDomain}");

    private static readonly Field<IstioSettings> Spec = Field.Optional(
        "spec",
        new ObjectValue<IstioSettings>(
            "the spec of a Mesh",
            [RootNamespace, TrustDomain],
            static input => new(input.Read(RootNamespace) ?? IstioSettings.Default.RootNamespace, input.Read(TrustDomain) ?? IstioSettings.Default.TrustDomain)),
        "the settings");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Native,
        [NativeKinds.ApiVersion],
        MeshResource.Kind,
        IsNamespaced: false,
        new("default, since there is one mesh", static name => name == "default"),
        [Spec],
        static input => new MeshResource(input.Key, input.Source) { Settings = input.Root.Read(Spec) ?? IstioSettings.Default });
}
