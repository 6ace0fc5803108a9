using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Native;

/// <summary>A port that a host declares by name.</summary>
internal sealed record NamedPortInput(NamedPort Port)
{
    private static readonly Field<string> Name = Field.Required("name", NetworkValues.PortName, "what rules call it");
    private static readonly Field<IpProtocol> Protocol = Field.Optional("protocol", NetworkValues.TransportProtocol, "absent is TCP");
    private static readonly Field<int> Number = Field.Required("port", NetworkValues.Port, "the number");

    /// <summary>A named port.</summary>
    public static ValueType<NamedPortInput> Type { get; } = new ObjectValue<NamedPortInput>("a port with name, protocol and port", [Name, Protocol, Number], Build);

    /// <summary>The ports; a name may come once for each protocol.</summary>
    public static EquatableArray<NamedPort> Unique(IReadOnlyList<Located<NamedPortInput>> ports)
    {
        var seen = new HashSet<(string, IpProtocol)>();
        foreach (var (value, node, context) in ports)
        {
            if (!seen.Add((value.Port.Name, value.Port.Protocol)))
                context.Error(node, $"port name '{value.Port.Name}' comes twice for {value.Port.Protocol}; expected each name once for a protocol");
        }

        return ports.Select(port => port.Value.Port).ToEquatableArray();
    }

    private static NamedPortInput? Build(ObjectInput input)
    {
        var name = input.Read(Name);
        var protocol = input.ReadValue(Protocol) ?? IpProtocol.Tcp;
        return input.TryRead(Number, out var port) && name is not null ? new(new NamedPort(name, protocol, (ushort)port)) : null;
    }
}
