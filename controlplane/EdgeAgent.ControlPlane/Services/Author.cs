using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Who changes resources.</summary>
/// <param name="Name">What history calls the person: the proven identity, or what an unproven caller says.</param>
/// <param name="Caller">The person.</param>
internal sealed record Author(string Name, PeerIdentity Caller)
{
    /// <summary>Why the person may not change a resource; null where that is allowed.</summary>
    public string? Refuses(ResourceKey key, Resource? before, Resource? after) => ResourceRights.Refusal(Caller, key, before, after);
}
