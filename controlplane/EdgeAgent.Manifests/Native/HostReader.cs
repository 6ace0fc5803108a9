using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Native;

/// <summary>Host of edgeagent.io/v1: a VM or server that runs the agent.</summary>
internal static class HostReader
{
    private static readonly Field<IReadOnlyList<Located<IpAddress>>> Addresses = Field.Optional(
        "addresses", new ListValue<IpAddress>(NetworkValues.Address), "no two hosts may share one; absent where the agent reports its own");

    private static readonly Field<IReadOnlyList<Located<NamedPortInput>>> Ports = Field.Optional(
        "ports", new ListValue<NamedPortInput>(NamedPortInput.Type), "ports that rules may name");

    private static readonly Field<EnforcementMode> Mode = Field.Optional(
        "mode",
        Values.OneOf(("Enforce", EnforcementMode.Enforce), ("Audit", EnforcementMode.Audit), ("Off", EnforcementMode.Off), ("Quarantine", EnforcementMode.Quarantine)),
        "absent is Enforce");

    private static readonly Field<HostSpec> Spec = Field.Optional(
        "spec", new ObjectValue<HostSpec>("the spec of a Host", [Addresses, Ports, Mode], ReadSpec), "where the host is reached");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Native,
        [NativeKinds.ApiVersion],
        "Host",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, Field.Ignored("status", "what the control plane reports")],
        static input => ToEndpoint(input, input.Root.Read(Spec) ?? new([], [], EnforcementMode.Enforce)));

    private sealed record HostSpec(EquatableArray<Cidr> Addresses, EquatableArray<NamedPort> Ports, EnforcementMode Mode);

    private static EndpointResource ToEndpoint(ResourceInput input, HostSpec spec) => new(input.Key, input.Source)
    {
        Nature = EndpointNature.Workload,
        IsManaged = true,
        Labels = input.Metadata.Labels,
        Addresses = spec.Addresses,
        Ports = spec.Ports,
        Mode = spec.Mode,
    };

    private static HostSpec ReadSpec(ObjectInput input) => new(
        EndpointAddresses.Of(input.ReadList(Addresses)),
        NamedPortInput.Unique(input.ReadList(Ports)),
        input.ReadValue(Mode) ?? EnforcementMode.Enforce);
}
