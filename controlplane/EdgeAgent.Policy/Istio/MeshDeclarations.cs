using System.Collections.Immutable;

namespace EdgeAgent.Policy.Istio;

/// <summary>The resources of a mesh that are looked up by name, but for services.</summary>
internal sealed record MeshDeclarations
{
    public static MeshDeclarations None { get; } = new();

    /// <summary>What an installation fixes.</summary>
    public IstioSettings Installation { get; private init; } = IstioSettings.Default;

    /// <summary>What namespaces say that are not what an undeclared one is.</summary>
    public ImmutableSortedDictionary<string, MeshSettings> Settings { get; private init; } = ImmutableSortedDictionary.Create<string, MeshSettings>(StringComparer.Ordinal);

    public ImmutableDictionary<ResourceKey, RouteResource> Routes { get; private init; } = ImmutableDictionary<ResourceKey, RouteResource>.Empty;

    public ImmutableDictionary<ResourceKey, GatewayResource> Gateways { get; private init; } = ImmutableDictionary<ResourceKey, GatewayResource>.Empty;

    /// <summary>DestinationRules in order: of two subsets of one name, the first counts.</summary>
    public ImmutableSortedDictionary<ResourceKey, DestinationRuleResource> Subsets { get; private init; } = ImmutableSortedDictionary<ResourceKey, DestinationRuleResource>.Empty;

    public ImmutableSortedDictionary<ResourceKey, SidecarResource> Sidecars { get; private init; } = ImmutableSortedDictionary<ResourceKey, SidecarResource>.Empty;

    /// <summary>The declarations after a change of one resource, and the part that it is in.</summary>
    public (MeshDeclarations After, MeshParts Part) With(ResourceKey key, Resource? old, Resource? now) => (now ?? old) switch
    {
        MeshResource => (this with { Installation = (now as MeshResource)?.Settings ?? IstioSettings.Default }, MeshParts.Installation),
        NamespaceResource => WithSettings(key.Name, (now as NamespaceResource)?.Mesh ?? default),
        RouteResource => (this with { Routes = Set(Routes, key, now as RouteResource) }, MeshParts.Routes),
        GatewayResource => (this with { Gateways = Set(Gateways, key, now as GatewayResource) }, MeshParts.Gateways),
        DestinationRuleResource => (this with { Subsets = now is DestinationRuleResource rule ? Subsets.SetItem(key, rule) : Subsets.Remove(key) }, MeshParts.Subsets),
        SidecarResource => (this with { Sidecars = now is SidecarResource sidecar ? Sidecars.SetItem(key, sidecar) : Sidecars.Remove(key) }, MeshParts.Sidecars),
        _ => (this, MeshParts.None),
    };

    private (MeshDeclarations After, MeshParts Part) WithSettings(string name, MeshSettings settings)
    {
        if (Settings.GetValueOrDefault(name) == settings)
            return (this, MeshParts.None);
        return (this with { Settings = settings == default ? Settings.Remove(name) : Settings.SetItem(name, settings) }, MeshParts.Settings);
    }

    private static ImmutableDictionary<ResourceKey, T> Set<T>(ImmutableDictionary<ResourceKey, T> items, ResourceKey key, T? item)
        where T : class =>
        item is null ? items.Remove(key) : items.SetItem(key, item);
}
