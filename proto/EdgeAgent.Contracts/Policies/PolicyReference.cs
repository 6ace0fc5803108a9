namespace EdgeAgent.Contracts;

/// <summary>The policy that a rule comes from.</summary>
/// <param name="Kind">The resource kind, such as <c>NetworkPolicy</c>.</param>
/// <param name="Namespace">The namespace, or empty for a cluster-scoped resource.</param>
/// <param name="Name">The resource's name.</param>
/// <param name="Rule">Where in the resource, such as <c>ingress[0]</c>; empty for the end of a block.</param>
public readonly record struct PolicyReference(string Kind, string Namespace, string Name, string Rule)
{
    /// <summary><c>namespace/name</c>, or the name alone: what counters and logs are called by.</summary>
    public string Policy => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary><c>Kind namespace/name rule</c>.</summary>
    public override string ToString() => Rule.Length == 0 ? $"{Kind} {Policy}" : $"{Kind} {Policy} {Rule}";
}
