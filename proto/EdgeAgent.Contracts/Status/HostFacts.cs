namespace EdgeAgent.Contracts;

/// <summary>What an agent says of its host when it connects.</summary>
public sealed record HostFacts
{
    /// <summary>The namespace that the host claims.</summary>
    public required string Namespace { get; init; }

    /// <summary>The host's name, unique in its namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Labels that a host brings itself; a <c>Host</c> document's labels win.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Addresses of its interfaces, without loopback and link-local.</summary>
    public EquatableArray<IpAddress> Addresses { get; init; }

    /// <summary>Ports that it declares by name.</summary>
    public EquatableArray<NamedPort> Ports { get; init; }

    /// <summary><c>/etc/machine-id</c>; empty if there is none.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>The agent's version.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>The kernel's release.</summary>
    public string Kernel { get; init; } = "";

    /// <summary><c>nftables</c> or <c>iptables</c>.</summary>
    public string Backend { get; init; } = "";
}
