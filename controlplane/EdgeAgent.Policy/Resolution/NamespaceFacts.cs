namespace EdgeAgent.Policy;

/// <summary>A namespace with the labels that selectors see.</summary>
internal sealed record NamespaceFacts(string Name, LabelSet Labels, BookendPlacement Bookend)
{
    public static NamespaceFacts Of(string name, NamespaceResource? declared) => new(
        name,
        (declared?.Labels ?? LabelSet.Empty).With("kubernetes.io/metadata.name", name).With("projectcalico.org/name", name),
        declared?.Bookend ?? BookendPlacement.Both);

    /// <summary>The policy that the namespace's own settings amount to; null where they ask for none.</summary>
    public static PolicyResource? IsolationPolicy(NamespaceResource declared) => !declared.IsolatesIngress
        ? null
        : new(declared.Key, declared.Source)
        {
            Order = BuiltInTiers.KubernetesOrder,
            Ingress = new([PeerMatch.Of(new EndpointMatch { Namespace = declared.Key.Name, WorkloadsOnly = true })], [], Isolates: true),
        };
}
