using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>Sidecar of networking.istio.io: which services workloads may call.</summary>
internal static class SidecarReader
{
    private static readonly Field<LabelSelection> WorkloadSelector = IstioValues.Selection("workloadSelector", "labels", "the workloads of its namespace that it is about; absent is all of them");

    private static readonly Field<int> Number = Field.Optional("number", NetworkValues.Port, "the only port that is imported").Derived();

    private static readonly Field<PortInput> Port = Field.Optional(
        "port",
        new ObjectValue<PortInput>("a port with number", [Number, Field.Ignored("protocol", "what is spoken there"), Field.Ignored("name", "of the listener"), Field.Ignored("targetPort", "unused for egress")], static input => new(input.ReadValue(Number))),
        "of the services that are imported; absent is all").Derived();

    private static readonly Field<IReadOnlyList<Located<string>>> Hosts = Field.Required(
        "hosts", new ListValue<string>(Values.TextWhere("namespace/host, such as ./* or */*.example.com, or ~/* for none", IsImport), atLeast: 1), "the services that are imported").Derived();

    private static readonly Field<IReadOnlyList<Located<Listener>>> Egress = Field.Optional(
        "egress",
        new ListValue<Listener>(new ObjectValue<Listener>(
            "an egress listener with port and hosts",
            [Port, Hosts, Field.Ignored("bind", "where the proxy listens"), Field.Ignored("captureMode", "how the proxy gets the traffic")],
            static input => new(input.Read(Port)?.Number, input.ReadList(Hosts), input.Position))),
        "what is imported; absent is everything").Derived();

    private static readonly Field<bool> Mode = Field.Optional(
        "mode", Values.OneOf(("REGISTRY_ONLY", true), ("ALLOW_ANY", false)), "REGISTRY_ONLY closes the egress but for what is imported").Derived();

    private static readonly Field<OutboundPolicy> OutboundTrafficPolicy = Field.Optional(
        "outboundTrafficPolicy",
        new ObjectValue<OutboundPolicy>("an object with mode", [Mode, Field.Ignored("egressProxy", "who leads it out")], static input => new(input.ReadValue(Mode))),
        "what may be called beside the imported services").Derived();

    private static readonly Field<SidecarResource> Spec = Field.Required(
        "spec",
        new ObjectValue<SidecarResource>(
            "the spec of a Sidecar",
            [WorkloadSelector, Egress, OutboundTrafficPolicy, Field.Ignored("ingress", "a Sidecar closes no server"), Field.Ignored("inboundConnectionPool", "how many connections"), Field.Ignored("localhost", "how the proxy reaches the workload")],
            ReadSpec),
        "whose egress, and to what").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        SidecarResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input => input.Root.Read(Spec) is { } spec ? spec with { Key = input.Key, Source = input.Source } : null);

    private sealed record PortInput(int? Number);

    private sealed record OutboundPolicy(bool? RegistryOnly);

    private sealed record Listener(int? Port, IReadOnlyList<Located<string>> Hosts, SourcePosition Source);

    private static bool IsImport(string text) => text.Contains('/', StringComparison.Ordinal) && text.Split('/') is [{ Length: > 0 }, { Length: > 0 }];

    private static SidecarResource ReadSpec(ObjectInput input)
    {
        var listeners = input.ReadList(Egress);
        var imports = listeners.SelectMany((listener, index) => listener.Value.Hosts.Select((host, place) => Import(host, listener.Value.Port, $"egress[{index}].hosts[{place}]")));
        // Of lists Istio knows no difference between an empty one and none.
        var statesImports = listeners.Count > 0;
        return new(default, input.Position)
        {
            WorkloadSelector = input.Read(WorkloadSelector)?.Labels,
            Imports = statesImports ? imports.OfType<SidecarImport>().ToEquatableArray() : [new("*", "*", false, null, "egress", input.Position)],
            StatesImports = statesImports,
            RegistryOnly = input.Read(OutboundTrafficPolicy)?.RegistryOnly,
        };
    }

    private static SidecarImport? Import(Located<string> host, int? port, string label)
    {
        var slash = host.Value.IndexOf('/', StringComparison.Ordinal);
        var (space, name) = (host.Value[..slash], host.Value[(slash + 1)..]);
        return space == "~" ? null : new(space.TrimStart('~'), name, space.StartsWith('~'), (ushort?)port, label, host.Context.Scope.PositionOf(host.Node));
    }
}
