namespace EdgeAgent.Policy;

/// <summary>What a namespace says of the mesh that its hosts belong to.</summary>
/// <param name="Mesh">How its hosts are part of the mesh.</param>
/// <param name="Callers">Who is taken to call where a route does not say.</param>
/// <param name="RoutesIsolate">Whether a route that does not say who calls closes what it leads to as well.</param>
public readonly record struct MeshSettings(MeshMembership Mesh, RouteCallers Callers, bool RoutesIsolate);

/// <summary>How the hosts of a namespace are part of a mesh.</summary>
public enum MeshMembership : byte
{
    /// <summary>They are not.</summary>
    None = 0,

    /// <summary>By a proxy beside each workload.</summary>
    Sidecar = 1,

    /// <summary>By a tunnel that all workloads of a node share (HBONE).</summary>
    Ambient = 2,
}

/// <summary>Who is taken to call where a route does not say.</summary>
public enum RouteCallers : byte
{
    /// <summary>The hosts of the namespace.</summary>
    Namespace = 0,

    /// <summary>The hosts of all namespaces.</summary>
    Mesh = 1,

    /// <summary>Nobody.</summary>
    None = 2,
}
