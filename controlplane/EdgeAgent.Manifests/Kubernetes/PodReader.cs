using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>
/// Pod of v1: a workload without agent, at the addresses that its status gives. It is no peer while it has none, once it has run to its
/// end (its addresses may be another's by then), and where it shares its node's network, as for Kubernetes' and Calico's selectors. One
/// that is being terminated is a peer until it is gone.
/// </summary>
internal static class PodReader
{
    /// <summary>The kind in keys.</summary>
    public const string KindName = "Pod";

    private const string OfCluster = "how the cluster runs the pod; not who may reach it";
    private const string DefaultAccount = "default";

    private static readonly Field<bool> HostNetwork = Field.Optional("hostNetwork", Values.Boolean, "true: its addresses are its node's, so that it is no peer; name the node's by a block");
    private static readonly Field<string> ServiceAccount = Field.Optional("serviceAccountName", Values.Text, $"the account of its principal; absent is {DefaultAccount}");

    private static readonly Field<IReadOnlyList<Located<PodContainer>>> Containers = Field.Optional(
        "containers", new ListValue<PodContainer>(PodContainer.Type), "their named ports");

    private static readonly Field<IReadOnlyList<Located<PodContainer>>> InitContainers = Field.Optional(
        "initContainers", new ListValue<PodContainer>(PodContainer.Type), "those that run on beside the others, with restartPolicy Always");

    private static readonly Field<PodSpec> Spec = Field.Optional(
        "spec", new ObjectValue<PodSpec>("the spec of a Pod", [HostNetwork, ServiceAccount, Containers, InitContainers, Field.Others(OfCluster)], ReadSpec), "who it is");

    private static readonly Field<IpAddress> Ip = Field.Required("ip", NetworkValues.Address, "the address");
    private static readonly Field<string> Phase = Field.Optional("phase", Values.Text, "Succeeded and Failed: the pod has run to its end and is no peer");
    private static readonly Field<IpAddress> PodIp = Field.Optional("podIP", NetworkValues.Address, "counts where podIPs is absent");

    private static readonly Field<IReadOnlyList<Located<PodAddress>>> PodIps = Field.Optional(
        "podIPs", new ListValue<PodAddress>(new ObjectValue<PodAddress>("an object with ip", [Ip, Field.Others("set by an API server")], ReadAddress)), "its addresses; none while it is pending");

    private static readonly Field<PodStatus> Status = Field.Optional(
        "status", new ObjectValue<PodStatus>("the status of a Pod", [Phase, PodIp, PodIps, Field.Others(OfCluster)], ReadStatus), "where it is");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(Languages.Kubernetes, ["v1"], KindName, IsNamespaced: true, NameRule.Subdomain, [Spec, Status], Build);

    private sealed record PodSpec(bool SharesNetwork, string ServiceAccount, EquatableArray<NamedPort> Ports);

    private sealed record PodStatus(EquatableArray<Cidr> Addresses);

    private sealed record PodAddress(IpAddress Address);

    private static EndpointResource Build(ResourceInput input)
    {
        var spec = input.Root.Read(Spec) ?? new(false, DefaultAccount, []);
        var status = input.Root.Read(Status) ?? new([]);
        return new(input.Key, input.Source)
        {
            Nature = EndpointNature.Workload,
            Labels = input.Metadata.Labels,
            Addresses = spec.SharesNetwork ? [] : status.Addresses,
            Ports = spec.Ports,
            ServiceAccount = spec.ServiceAccount,
        };
    }

    private static PodSpec ReadSpec(ObjectInput input)
    {
        var beside = input.ReadList(InitContainers).Where(container => container.Value.RunsOn);
        var ports = input.ReadList(Containers).Concat(beside).SelectMany(container => container.Value.Ports)
            .DistinctBy(port => (port.Name, port.Protocol));
        var account = input.Read(ServiceAccount);
        return new(input.ReadValue(HostNetwork) == true, account is { Length: > 0 } ? account : DefaultAccount, ports.ToEquatableArray());
    }

    private static PodStatus ReadStatus(ObjectInput input)
    {
        var addresses = input.ReadList(PodIps).Select(item => new Located<IpAddress>(item.Value.Address, item.Node, item.Context)).ToList();
        if (addresses.Count == 0 && input.TryRead(PodIp, out var only) && input.Mapping.TryGet(PodIp.Name, out var node))
            addresses.Add(new(only, node, input.Context.Field(PodIp.Name)));
        return input.Read(Phase) is "Succeeded" or "Failed" ? new([]) : new(EndpointAddresses.Of(addresses));
    }

    private static PodAddress? ReadAddress(ObjectInput input) => input.TryRead(Ip, out var address) ? new(address) : null;
}
