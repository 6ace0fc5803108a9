using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Numbers the sets of peers that one direction's rules and branches name. Sets of equal content share a number;
/// a port set counts as one set of addresses for each protocol and port in it.
/// </summary>
internal sealed class PeerSets(HostPolicy policy)
{
    private readonly Dictionary<Digest, int> _byContent = [];
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<(IpProtocol Protocol, ushort Port), int>> _portSets = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<Cidr>> _members = [];

    /// <summary>The sets by number: disjoint blocks, ascending.</summary>
    public IReadOnlyList<IReadOnlyList<Cidr>> Members => _members;

    public int Number(string id)
    {
        if (_byId.TryGetValue(id, out var number))
            return number;
        var set = policy.Sets[id];
        if (!_byContent.TryGetValue(set.Digest, out number))
            _byContent.Add(set.Digest, number = Add(set.Prefixes));
        _byId.Add(id, number);
        return number;
    }

    /// <summary>The protocols and ports in a port set, each with the number of the set of addresses that have it.</summary>
    public IReadOnlyDictionary<(IpProtocol Protocol, ushort Port), int> NumbersByPort(string id)
    {
        if (!_portSets.TryGetValue(id, out var numbers))
        {
            var members = new Dictionary<(IpProtocol, ushort), List<Cidr>>();
            foreach (var member in policy.PortSets[id].Members)
            {
                var key = (member.Protocol, member.Port);
                if (!members.TryGetValue(key, out var list))
                    members.Add(key, list = []);
                list.Add(Cidr.Single(member.Address));
            }

            _portSets.Add(id, numbers = members.ToDictionary(entry => entry.Key, entry => Add(entry.Value)));
        }

        return numbers;
    }

    private int Add(IReadOnlyList<Cidr> members)
    {
        _members.Add(members);
        return _members.Count - 1;
    }
}
