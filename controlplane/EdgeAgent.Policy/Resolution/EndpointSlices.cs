namespace EdgeAgent.Policy;

/// <summary>The slices of services that have no selector.</summary>
internal static class EndpointSlices
{
    /// <summary>The slices by the key of their service, each in the order of their names.</summary>
    public static ILookup<ResourceKey, EndpointSliceResource> ByService(IEnumerable<Resource> resources) => resources
        .OfType<EndpointSliceResource>()
        .OrderBy(slice => slice.Key)
        .ToLookup(slice => new ResourceKey(ServiceResource.Kind, slice.Key.Namespace, slice.Service));
}
