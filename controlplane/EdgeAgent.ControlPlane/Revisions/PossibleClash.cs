using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>
/// Tells whether a change may have made resources clash, by what it touches alone: to look at all resources of a large fleet for each
/// label that changes would cost more than the change.
/// </summary>
internal static class PossibleClash
{
    /// <summary>Whether all resources must be looked at.</summary>
    /// <param name="before">The state before, without clashes.</param>
    /// <param name="after">The state after, with the policies of before.</param>
    /// <param name="touched">The keys of the resources that differ.</param>
    public static bool Exists(FleetState before, FleetState after, IReadOnlySet<ResourceKey> touched)
    {
        var taken = new HashSet<IpAddress>();
        foreach (var key in touched)
        {
            if (before.Find(key)?.Resource.Model is TierResource && after.Find(key) is null)
                return true;
            var registered = after.Counts(key) ? after.Registered.GetValueOrDefault(key) : null;
            foreach (var model in new[] { after.Declared.GetValueOrDefault(key), registered, after.Followed.GetValueOrDefault(key) }.Select(stored => stored?.Resource.Model))
            {
                if (model is PolicyResource policy && !HasTier(after, policy.Tier))
                    return true;
                if (model is EndpointResource { IsManaged: true } endpoint && !endpoint.Addresses.All(block => taken.Add(block.Network) && IsFree(before, block.Network, touched)))
                    return true;
            }
        }

        return false;
    }

    private static bool HasTier(FleetState after, string name) =>
        BuiltInTiers.All.Any(tier => tier.Key.Name == name) || after.Find(new(TierResource.Kind, "", name))?.Resource.Model is TierResource;

    private static bool IsFree(FleetState before, IpAddress address, IReadOnlySet<ResourceKey> touched) =>
        before.Policies.EndpointsAt(address).All(key => touched.Contains(key) || before.Policies.Resources.GetValueOrDefault(key) is EndpointResource { IsManaged: false });
}
