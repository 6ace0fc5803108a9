using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Finds the hosts that may be in another class because policies speak of other words or blocks than before.</summary>
/// <param name="before">The world before.</param>
/// <param name="labels">Labels that policies have begun or ceased to speak of.</param>
/// <param name="portNames">Port names, likewise.</param>
/// <param name="blocks">Blocks that came or went.</param>
internal sealed class TouchedHosts(World before, IReadOnlySet<string> labels, IReadOnlySet<string> portNames, IReadOnlyCollection<Cidr> blocks)
{
    private readonly List<Cidr> _wide = [.. blocks.Where(block => !block.IsSingle)];

    /// <summary>Adds them to others.</summary>
    public void AddTo(HashSet<ResourceKey> hosts)
    {
        foreach (var block in blocks)
        {
            if (block.IsSingle && before.HostByAddress.TryGetValue(block.Network, out var host))
                hosts.Add(host);
        }

        if (labels.Count == 0 && portNames.Count == 0 && _wide.Count == 0)
            return;
        foreach (var (key, endpoint) in before.Endpoints)
        {
            if (endpoint.IsManaged && (HasLabel(endpoint) || HasPort(endpoint) || LiesInBlock(endpoint)))
                hosts.Add(key);
        }
    }

    private bool HasLabel(Endpoint endpoint)
    {
        foreach (var label in labels)
        {
            if (endpoint.Labels.TryGetValue(label, out _))
                return true;
        }

        return false;
    }

    private bool HasPort(Endpoint endpoint)
    {
        if (portNames.Count == 0)
            return false;
        foreach (var port in endpoint.Resource.Ports.AsSpan())
        {
            if (portNames.Contains(port.Name))
                return true;
        }

        return false;
    }

    private bool LiesInBlock(Endpoint endpoint)
    {
        foreach (var address in endpoint.Resource.Addresses.AsSpan())
        {
            foreach (var block in _wide)
            {
                if (block.Contains(address.Network))
                    return true;
            }
        }

        return false;
    }
}
