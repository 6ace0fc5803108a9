using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Finds what is wrong between documents. Each error names the places of both.</summary>
internal static class Validation
{
    public static ImmutableArray<Diagnostic> Check(
        EngineState state,
        Change change,
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        ImmutableSortedDictionary<ResourceKey, Resource> next) =>
        [
            .. Duplicates(change).Concat(SharedAddresses(state, changes)).Concat(UnknownTiers(state, changes, next))
                .OrderBy(error => error.Position.File, StringComparer.Ordinal)
                .ThenBy(error => error.Position.Line)
                .ThenBy(error => error.Position.Column),
        ];

    private static IEnumerable<Diagnostic> Duplicates(Change change)
    {
        var first = new Dictionary<ResourceKey, Resource>();
        foreach (var resource in change.Set)
        {
            if (!first.TryAdd(resource.Key, resource))
                yield return Error(resource, "metadata.name", "the name is taken by another document of the same change", first[resource.Key]);
        }
    }

    private static IEnumerable<Diagnostic> SharedAddresses(EngineState state, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        var added = new Dictionary<IpAddress, EndpointResource>();
        foreach (var host in changes.Values.Select(pair => pair.New).OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged))
        {
            foreach (var block in host.Addresses.Items.Distinct())
            {
                if (!block.IsSingle)
                    yield return new(Severity.Error, host.Source, host.Key, "addresses", $"a host has single addresses, not the block {block}");
                else if (Holder(block.Network, host.Key) is { } other)
                    yield return Error(host, "addresses", $"the address {block.Network} belongs to {other.Key}; an address belongs to one host", other);
                else
                    added[block.Network] = host;
            }
        }

        EndpointResource? Holder(IpAddress address, ResourceKey except)
        {
            if (added.TryGetValue(address, out var other))
                return other;
            return state.World.HostByAddress.TryGetValue(address, out var key) && key != except && !changes.ContainsKey(key)
                ? state.World.Endpoints[key].Resource
                : null;
        }
    }

    private static IEnumerable<Diagnostic> UnknownTiers(
        EngineState state,
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        ImmutableSortedDictionary<ResourceKey, Resource> next)
    {
        var tiers = state.World.TiersAfter(changes);
        var tierGone = changes.Values.Select(pair => pair.New is null ? pair.Old as TierResource : null).OfType<TierResource>().ToArray();
        var policies = tierGone.Length > 0
            ? next.Values.OfType<PolicyResource>()
            : changes.Values.Select(pair => pair.New).OfType<PolicyResource>();
        foreach (var policy in policies.Where(policy => !tiers.ContainsKey(policy.Tier)))
        {
            var known = string.Join(", ", tiers.Keys.Order(StringComparer.Ordinal));
            var message = $"there is no tier '{policy.Tier}' (known: {known})";
            yield return tierGone.FirstOrDefault(tier => tier.Key.Name == policy.Tier) is { } gone
                ? Error(policy, "spec.tier", message, gone)
                : new(Severity.Error, policy.Source, policy.Key, "spec.tier", message);
        }
    }

    private static Diagnostic Error(Resource resource, string field, string message, Resource other) =>
        new(Severity.Error, resource.Source, resource.Key, field, message) { Related = other.Source == SourcePosition.None ? [] : [other.Source] };
}
