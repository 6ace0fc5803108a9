using EdgeAgent.Contracts;

namespace EdgeAgent.Wire;

/// <summary>What hosts say of themselves, between wire and values.</summary>
public static class HostFactsMapping
{
    /// <summary>To the wire.</summary>
    public static V1.HostFacts ToWire(HostFacts facts)
    {
        var wire = new V1.HostFacts
        {
            Namespace = facts.Namespace,
            Name = facts.Name,
            MachineId = facts.MachineId,
            AgentVersion = facts.AgentVersion,
            Kernel = facts.Kernel,
            Backend = facts.Backend,
        };
        foreach (var (key, value) in facts.Labels)
            wire.Labels[key] = value;
        wire.Addresses.AddRange(facts.Addresses.Select(SetMapping.AddressToWire));
        wire.Ports.AddRange(facts.Ports.Select(port => new V1.NamedPort { Name = port.Name, Protocol = port.Protocol.Number, Port = port.Port }));
        return wire;
    }

    /// <summary>From the wire; labels in the order of their keys.</summary>
    /// <exception cref="WireFormatException">A field is missing or out of range.</exception>
    public static HostFacts FromWire(V1.HostFacts? wire)
    {
        if (wire is null)
            throw new WireFormatException("a hello without facts");
        if (wire.Name.Length == 0 || wire.Namespace.Length == 0)
            throw new WireFormatException($"host '{wire.Namespace}/{wire.Name}'; expected a namespace and a name");
        return new()
        {
            Namespace = wire.Namespace,
            Name = wire.Name,
            Labels = wire.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).ToEquatableArray(),
            Addresses = wire.Addresses.Select(SetMapping.AddressFromWire).ToEquatableArray(),
            Ports = wire.Ports
                .Select(port => new NamedPort(port.Name, new(RuleMapping.ByteFromWire(port.Protocol, "protocol")), SetMapping.PortFromWire(port.Port)))
                .ToEquatableArray(),
            MachineId = wire.MachineId,
            AgentVersion = wire.AgentVersion,
            Kernel = wire.Kernel,
            Backend = wire.Backend,
        };
    }
}
