using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>An endpoint with the labels that selectors see, and its namespace; null for one outside all namespaces.</summary>
internal sealed record Endpoint(EndpointResource Resource, LabelSet Labels, NamespaceFacts? Namespace)
{
    private const string NamespaceLabel = "projectcalico.org/namespace";

    public ResourceKey Key => Resource.Key;

    public bool IsManaged => Resource.IsManaged;

    public static Endpoint Of(EndpointResource resource, NamespaceFacts? place) =>
        new(resource, place is null ? resource.Labels : resource.Labels.With(NamespaceLabel, place.Name), place);

    public bool Matches(EndpointMatch match) =>
        (!match.WorkloadsOnly || Resource.Nature == EndpointNature.Workload)
        && (match.Namespace is null || match.Namespace == Namespace?.Name)
        && (match.ServiceAccounts.IsEmpty || match.ServiceAccounts.Items.Contains(Resource.ServiceAccount))
        && (match.NamespaceSelector is null || match.NamespaceSelector.MatchesNamespace(Namespace?.Labels))
        && match.Selector.Matches(Labels);

    public bool HasAddress(IpAddress address)
    {
        foreach (var block in Resource.Addresses)
        {
            if (block.Contains(address))
                return true;
        }

        return false;
    }
}
