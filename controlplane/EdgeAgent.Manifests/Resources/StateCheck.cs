using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Resources;

/// <summary>What holds between the resources of one state.</summary>
internal static class StateCheck
{
    /// <summary>What the place of a policy's tier is kept under.</summary>
    public const string TierMark = "tier";

    /// <summary>The findings, in the order of the resources.</summary>
    public static IEnumerable<Diagnostic> Run(IReadOnlyList<ManifestResource> resources)
    {
        var owners = new Dictionary<Cidr, (ResourceKey Owner, SourcePosition Place)>();
        var tiers = BuiltInTiers.All.Select(tier => tier.Key.Name).Concat(resources.Select(resource => resource.Model).OfType<TierResource>().Select(tier => tier.Key.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var resource in resources)
        {
            if (resource.Model is PolicyResource policy && !tiers.Contains(policy.Tier))
            {
                var place = PlaceOf(resource, TierMark);
                yield return new(
                    Severity.Error, place.Position, resource.Key, place.Field, $"tier '{policy.Tier}' does not exist; expected {string.Join(", ", tiers.Order(StringComparer.Ordinal))}, or a Tier document for it");
            }

            // A WorkloadEntry may have a host's address: it says who the host is.
            if (resource.Model is not EndpointResource { IsManaged: true } endpoint)
                continue;
            foreach (var address in endpoint.Addresses)
            {
                var place = PlaceOf(resource, address.ToString());
                if (owners.TryAdd(address, (resource.Key, place.Position)))
                    continue;
                var (owner, first) = owners[address];
                yield return new(Severity.Error, place.Position, resource.Key, place.Field, $"address {address.Network} belongs to {owner} already; expected an address that no other endpoint has") { Related = [first] };
            }
        }
    }

    private static MarkedField PlaceOf(ManifestResource resource, string mark) =>
        resource.Marks.TryGetValue(mark, out var place) ? place : new(resource.Source, "");
}
