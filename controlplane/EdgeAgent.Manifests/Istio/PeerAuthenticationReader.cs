using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeAgent.Manifests.Documents;
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

    private static readonly ValueType<Mtls> MtlsType = new ObjectValue<Mtls>("an object with mode", [Mode], static input => new(input.Read(Mode)));

    private static readonly Field<Mtls> MtlsField = Field.Checked("mtls", MtlsType, "not enforced here");

    private static readonly Field<IReadOnlyList<Located<Mtls>>> PortLevel = Field.Checked("portLevelMtls", new PortLevelMtls(MtlsType), "not enforced here");

    private static readonly Field<Mtls> Spec = Field.Checked(
        "spec",
        new ObjectValue<Mtls>(
            "the spec of a PeerAuthentication",
            [MtlsField, Field.Ignored("selector", "whose proxies"), PortLevel],
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

    private const string Strict = "STRICT: the proxies of these workloads refuse hosts without a sidecar, whatever policy here allows";

    /// <summary>A mapping of port numbers to modes.</summary>
    private sealed class PortLevelMtls(ValueType<Mtls> mode) : ValueType<IReadOnlyList<Located<Mtls>>>
    {
        public override string Name => "a mapping of ports to objects with mode";

        public override IReadOnlyList<Field> Fields => mode.Fields;

        public override bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out IReadOnlyList<Located<Mtls>> value)
        {
            value = null;
            if (node is not YamlMapping mapping)
                return Mismatch(node, context);
            var modes = new List<Located<Mtls>>();
            foreach (var (key, item) in mapping.Entries)
            {
                var place = context.Field(key.Text);
                if (!ushort.TryParse(key.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
                    place.Error(key, $"port {Quotation.Quoted(key.Text)}; expected a port from 1 to 65535");
                else if (mode.TryRead(item, place, out var read))
                    modes.Add(new(read, item, place));
            }

            value = modes;
            return true;
        }
    }

    private sealed record Mtls(string? Mode);

    private static Mtls Read(ObjectInput input)
    {
        var mtls = input.Read(MtlsField);
        if (mtls?.Mode == "STRICT")
            input.Warning(MtlsField, Strict);
        foreach (var (_, node, context) in input.ReadList(PortLevel).Where(port => port.Value.Mode == "STRICT"))
            context.Warning(node, Strict);
        return mtls ?? new(null);
    }
}
