namespace EdgeAgent.Contracts;

/// <summary>The policy that a rule comes from.</summary>
/// <param name="Kind">The resource kind, such as <c>NetworkPolicy</c>.</param>
/// <param name="Namespace">The namespace, or empty for a cluster-scoped resource.</param>
/// <param name="Name">The resource's name.</param>
/// <param name="Rule">Where in the resource, such as <c>ingress[0]</c>; empty for the end of a block.</param>
public readonly record struct PolicyReference(string Kind, string Namespace, string Name, string Rule)
{
    private readonly string? _kind = NullIfEmpty(Kind);
    private readonly string? _namespace = NullIfEmpty(Namespace);
    private readonly string? _name = NullIfEmpty(Name);
    private readonly string? _rule = NullIfEmpty(Rule);

    /// <summary>The resource kind, such as <c>NetworkPolicy</c>; empty for no policy.</summary>
    public string Kind { get => _kind ?? ""; init => _kind = NullIfEmpty(value); }

    /// <summary>The namespace, or empty for a cluster-scoped resource.</summary>
    public string Namespace { get => _namespace ?? ""; init => _namespace = NullIfEmpty(value); }

    /// <summary>The resource's name.</summary>
    public string Name { get => _name ?? ""; init => _name = NullIfEmpty(value); }

    /// <summary>Where in the resource, such as <c>ingress[0]</c>; empty for the end of a block.</summary>
    public string Rule { get => _rule ?? ""; init => _rule = NullIfEmpty(value); }

    /// <summary><c>namespace/name</c>, or the name alone: what counters and logs are called by.</summary>
    public string Policy => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary><c>Kind namespace/name rule</c>.</summary>
    public override string ToString() => Rule.Length == 0 ? $"{Kind} {Policy}" : $"{Kind} {Policy} {Rule}";

    // The default value and one of empty texts are the same reference: no policy.
    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
