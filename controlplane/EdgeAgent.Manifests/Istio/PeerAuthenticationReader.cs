using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>PeerAuthentication of security.istio.io: whether peers must speak mutual TLS; nothing that L4 can tell.</summary>
internal static class PeerAuthenticationReader
{
    private static readonly Field<string> Mode = Field.Checked(
        "mode",
        Values.OneOf(("UNSET", "UNSET"), ("DISABLE", "DISABLE"), ("PERMISSIVE", "PERMISSIVE"), ("STRICT", "STRICT")),
        "STRICT makes proxies refuse what comes without mutual TLS; not enforced here");

    private static readonly Field<Mtls> MtlsField = Field.Checked("mtls", new ObjectValue<Mtls>("an object with mode", [Mode], static input => new(input.Read(Mode))), "not enforced here");

    private static readonly Field<Mtls> Spec = Field.Checked(
        "spec",
        new ObjectValue<Mtls>(
            "the spec of a PeerAuthentication",
            [MtlsField, Field.Ignored("selector", "whose proxies"), Field.Ignored("portLevelMtls", "not enforced here")],
            Read),
        "not enforced here");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Security,
        "PeerAuthentication",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input =>
        {
            input.Root.Read(Spec);
            return new InertResource(input.Key, input.Source);
        });

    private sealed record Mtls(string? Mode);

    private static Mtls Read(ObjectInput input)
    {
        var mtls = input.Read(MtlsField);
        if (mtls?.Mode == "STRICT")
            input.Warning(MtlsField, "STRICT: the proxies of these workloads refuse hosts without a sidecar, whatever policy here allows");
        return mtls ?? new(null);
    }
}
