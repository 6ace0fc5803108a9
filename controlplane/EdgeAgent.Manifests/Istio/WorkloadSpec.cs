using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Istio;

/// <summary>A workload: the spec of WorkloadEntry, an endpoint of ServiceEntry, the template of WorkloadGroup.</summary>
internal sealed record WorkloadSpec(IpAddress? Address, string DnsName, EquatableArray<NamedPort> Ports, LabelSet Labels, string ServiceAccount)
{
    private static readonly Field<string> AddressField = Field.Optional("address", Values.Text, "an IP address, or a name that the DNS knows").Derived();
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<int>>>> PortsField = Field.Optional("ports", new PortMap(), "the workload's own number for a port of its services, by the port's name").Derived();
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> LabelsField = IstioValues.Labels("labels", "what selectors see");
    private static readonly Field<string> ServiceAccountField = Field.Optional("serviceAccount", Values.Text, "its principal's account").Derived();

    /// <summary>A workload.</summary>
    public static ValueType<WorkloadSpec> Type { get; } = new ObjectValue<WorkloadSpec>(
        "a workload with address, ports, labels and serviceAccount",
        [AddressField, PortsField, LabelsField, ServiceAccountField, .. IstioKinds.RequestFields("network", "locality", "weight")],
        Build);

    private static WorkloadSpec? Build(ObjectInput input)
    {
        var (text, ports) = (input.Read(AddressField), input.Read(PortsField));
        var (labels, account) = (MapValue.ToLabels(input.Read(LabelsField)), input.Read(ServiceAccountField) ?? "");
        var isAddress = IpAddress.TryParse(text, out var address);
        if (text is { Length: > 0 } && !isAddress && !IstioValues.IsHostName(text))
        {
            input.Error(AddressField, $"address '{text}'; expected an IPv4 or IPv6 address, or a host name");
            return null;
        }

        return new(
            isAddress ? address : null,
            isAddress ? "" : text ?? "",
            (ports ?? []).Select(port => new NamedPort(port.Key, IpProtocol.Tcp, (ushort)port.Value.Value)).ToEquatableArray(),
            labels,
            account);
    }
}
