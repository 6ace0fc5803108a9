using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>For each identity the addresses of its hosts that may have come or gone in a step, so that sets of them change by these alone.</summary>
internal sealed class TouchedAddresses
{
    private readonly Plans _plans;
    private readonly World _world;
    private readonly List<IpAddress>?[] _byNumber;

    /// <param name="before">The world before the step.</param>
    /// <param name="step">The step.</param>
    /// <param name="earlier">The plans before the step.</param>
    /// <param name="plans">The plans after it.</param>
    public TouchedAddresses(World before, WorldStep step, Plans earlier, Plans plans)
    {
        (_plans, _world) = (plans, step.World);
        _byNumber = new List<IpAddress>?[Math.Max(earlier.Rows.Length, plans.Rows.Length)];
        var hosts = step.Moves.Hosts.Concat(step.Changed.Where(endpoint => endpoint.IsManaged).Select(endpoint => endpoint.Key)).ToHashSet();
        foreach (var host in hosts)
        {
            Touch(before, earlier, host);
            Touch(step.World, plans, host);
        }

        for (var number = 0; number < _byNumber.Length; number++)
            TouchRegrouped(number, before, earlier);
    }

    /// <summary>The set of a group after the step; null where it is cheaper, or needed, to make it from nothing.</summary>
    /// <param name="group">The group.</param>
    /// <param name="known">Its set before the step.</param>
    public AddressSet? Renew(PeerGroup group, AddressSet known)
    {
        const int CostOfOne = 16;
        var touched = new List<IpAddress>();
        foreach (var member in group.Members)
        {
            if (_byNumber[member] is not { } addresses)
                continue;
            touched.AddRange(addresses);
            if (touched.Count * CostOfOne > known.Count + CostOfOne)
                return null;
        }

        foreach (var address in touched)
            known = IsIn(group, address) ? known.With(address) : known.Without(address);
        return known;
    }

    /// <summary>Whether a member of a group is touched.</summary>
    public bool Touches(PeerGroup group)
    {
        foreach (var member in group.Members)
        {
            if (_byNumber[member] is not null)
                return true;
        }

        return false;
    }

    private bool IsIn(PeerGroup group, IpAddress address) =>
        _world.HostByAddress.TryGetValue(address, out var host) && group.Members.AsSpan().BinarySearch(_plans.NumberOf[_world.ClassOf[host]]) >= 0;

    private void Touch(World world, Plans plans, ResourceKey host)
    {
        if (world.ClassOf.TryGetValue(host, out var key))
            Touch(plans.NumberOf[key], world.Endpoints[host].Resource.Addresses.Items);
    }

    /// <summary>Classes may go over from one identity to another with all their hosts.</summary>
    private void TouchRegrouped(int number, World before, Plans earlier)
    {
        var old = number < earlier.Rows.Length ? earlier.Rows[number] : null;
        var now = number < _plans.Rows.Length ? _plans.Rows[number] : null;
        if (old is null && now is null || old?.Classes == now?.Classes)
            return;
        foreach (var key in (old?.Classes ?? []).Except(now?.Classes ?? []))
            Touch(number, before.Members[key].Addresses);
        foreach (var key in (now?.Classes ?? []).Except(old?.Classes ?? []))
            Touch(number, _world.Members[key].Addresses);
    }

    private void Touch(int number, IEnumerable<Cidr> hosts) => (_byNumber[number] ??= []).AddRange(hosts.Select(address => address.Network));
}
