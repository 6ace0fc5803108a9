namespace EdgeAgent.Policy.Istio;

/// <summary>The parts of what is known of a mesh, as far as a change of one leaves what is derived from the others alone.</summary>
[Flags]
internal enum MeshParts : ushort
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Services, their endpoints by address, and what ServiceEntries add.</summary>
    Services = 1,

    /// <summary>What namespaces say of the mesh.</summary>
    Settings = 1 << 1,

    /// <summary>Routes, as those that others hand over to.</summary>
    Routes = 1 << 2,

    /// <summary>Gateways.</summary>
    Gateways = 1 << 3,

    /// <summary>DestinationRules.</summary>
    Subsets = 1 << 4,

    /// <summary>Sidecars.</summary>
    Sidecars = 1 << 5,

    /// <summary>Which namespaces have hosts.</summary>
    HostNamespaces = 1 << 6,

    /// <summary>Workloads that have their own numbers for ports of their services.</summary>
    WorkloadPorts = 1 << 7,

    /// <summary>Mesh workloads at addresses of hosts.</summary>
    WorkloadsAtHosts = 1 << 8,

    /// <summary>Which addresses have which namespace and account.</summary>
    Principals = 1 << 9,

    /// <summary>Which namespaces and accounts there are, and whether they must be told by address.</summary>
    Accounts = 1 << 10,

    /// <summary>What the installation fixes.</summary>
    Installation = 1 << 11,
}
