using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Which endpoint has which address, at one revision; made when it is first asked for.</summary>
internal sealed class AddressOwners
{
    private static readonly ConditionalWeakTable<FleetState, AddressOwners> Known = [];

    private readonly Dictionary<Cidr, ResourceKey> _owners = [];

    private AddressOwners(FleetState state)
    {
        foreach (var key in state.Declared.Keys.Union(state.Registered.Keys).Union(state.Followed.Keys.Where(key => key.Kind == FleetState.PodKind)))
        {
            if (state.Effective(key) is not EndpointResource endpoint)
                continue;
            foreach (var address in endpoint.Addresses)
                _owners[address] = key;
        }
    }

    /// <summary>The owners at a revision.</summary>
    public static AddressOwners Of(FleetState state) => Known.GetValue(state, static state => new(state));

    /// <summary>The endpoint that has an address, other than the one that asks; null for none.</summary>
    public ResourceKey? Find(IpAddress address, ResourceKey asking) =>
        _owners.TryGetValue(Cidr.Single(address), out var owner) && owner != asking ? owner : null;
}
