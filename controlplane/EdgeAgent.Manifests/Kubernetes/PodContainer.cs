using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>A container of a pod, as far as rules can name what it serves.</summary>
/// <param name="Ports">The ports that it names; of a name that comes again for a protocol the first counts, as in Kubernetes.</param>
/// <param name="RunsOn">Whether it runs on beside the others where it is one of those that come first.</param>
internal sealed record PodContainer(IReadOnlyList<NamedPort> Ports, bool RunsOn)
{
    private static readonly Field<string> PortName = Field.Optional("name", NetworkValues.PortName, "what rules and services call it; a port without one cannot be named");
    private static readonly Field<int> PortNumber = Field.Required("containerPort", NetworkValues.Port, "the number");
    private static readonly Field<IpProtocol> PortProtocol = Field.Optional("protocol", NetworkValues.TransportProtocol, "absent is TCP");

    private static readonly Field<IReadOnlyList<Located<PortInput>>> PortsField = Field.Optional(
        "ports",
        new ListValue<PortInput>(new ObjectValue<PortInput>(
            "a port with name, protocol and containerPort", [PortName, PortNumber, PortProtocol, Field.Others("a way in through the node; policy is about the pod")], ReadPort)),
        "what it serves");

    private static readonly Field<string> RestartPolicy = Field.Optional("restartPolicy", Values.Text, "Always: an init container runs on");

    /// <summary>A container.</summary>
    public static ValueType<PodContainer> Type { get; } = new ObjectValue<PodContainer>(
        "a container with ports",
        [PortsField, RestartPolicy, Field.Others("how the cluster runs the container")],
        static input => new([.. input.ReadList(PortsField).Select(port => port.Value.Port).OfType<NamedPort>()], input.Read(RestartPolicy) == "Always"));

    private sealed record PortInput(NamedPort? Port);

    private static PortInput? ReadPort(ObjectInput input)
    {
        var (name, protocol) = (input.Read(PortName), input.ReadValue(PortProtocol) ?? IpProtocol.Tcp);
        return input.TryRead(PortNumber, out var number) ? new(name is null ? null : new NamedPort(name, protocol, (ushort)number)) : null;
    }
}
