using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>Namespaces of clients: some of them, or all but some.</summary>
/// <param name="Names">The namespaces.</param>
/// <param name="IsAllBut">Whether all others are meant.</param>
internal readonly record struct ClientScope(EquatableArray<string> Names, bool IsAllBut)
{
    /// <summary>All namespaces.</summary>
    public static ClientScope All { get; } = new([], true);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => !IsAllBut && Names.IsEmpty;

    /// <summary>The namespaces that see what another exports.</summary>
    public static ClientScope Of(EquatableArray<string> exportTo, string ownNamespace) =>
        Visibility.Namespaces(exportTo, ownNamespace) is { } names ? new(names, false) : All;

    /// <summary>Whether a namespace is one of them.</summary>
    public bool Includes(string name) => Names.Contains(name) != IsAllBut;

    /// <summary>The namespaces of both.</summary>
    public ClientScope And(ClientScope other)
    {
        if (!IsAllBut)
            return new(Names.Where(other.Includes).ToEquatableArray(), false);
        return other.IsAllBut ? new(Names.Concat(other.Names).Distinct().Order(StringComparer.Ordinal).ToEquatableArray(), true) : other.And(this);
    }

    /// <summary>Workloads of these namespaces with some labels.</summary>
    public EndpointMatch Workloads(Selector selector) => IsAllBut ? MeshNamespaces.AllBut(Names, selector) : MeshNamespaces.Of(Names, selector);
}
