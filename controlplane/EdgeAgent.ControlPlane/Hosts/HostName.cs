namespace EdgeAgent.ControlPlane;

/// <summary>The name of a host, unique over all.</summary>
/// <param name="Namespace">Its namespace; empty for a Calico HostEndpoint.</param>
/// <param name="Name">Its name in it.</param>
internal readonly record struct HostName(string Namespace, string Name) : IComparable<HostName>
{
    /// <summary>Reads <c>namespace/name</c>, or a name in the namespace <c>default</c>.</summary>
    public static HostName Parse(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? new(text[..slash], text[(slash + 1)..]) : new("default", text);

    /// <inheritdoc/>
    public int CompareTo(HostName other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
