using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Numbers the sets of peers that one direction's rules and branches name. Sets of equal content share a number;
/// a port set counts as one set of addresses for each protocol and port in it.
/// </summary>
internal sealed class PeerSets(HostPolicy policy)
{
    private readonly Dictionary<Digest, int> _byContent = [];
    private readonly HashSet<int> _shared = [];
    private HostPolicy? _policy = policy;
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<(IpProtocol Protocol, ushort Port), int>> _portSets = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<Cidr>> _members = [];

    /// <summary>The sets by number: disjoint blocks, ascending.</summary>
    public IReadOnlyList<IReadOnlyList<Cidr>> Members => _members;

    public int Number(string id)
    {
        if (_byId.TryGetValue(id, out var number))
            return number;
        var set = Policy.Sets[id];
        if (_byContent.TryGetValue(set.Digest, out number))
            _shared.Add(number);
        else
            _byContent.Add(set.Digest, number = Add(set.Prefixes));
        _byId.Add(id, number);
        return number;
    }

    /// <summary>The number of a set that rules or branches name; false where none does.</summary>
    public bool TryNumber(string id, out int number) => _byId.TryGetValue(id, out number);

    /// <summary>Gives a number other content. False where that would change which sets share a number.</summary>
    public bool TryReplace(int number, Digest from, Digest to)
    {
        if (_shared.Contains(number) || !_byContent.Remove(from, out var known) || known != number)
            return false;
        return _byContent.TryAdd(to, number);
    }

    /// <summary>Forgets the members, and the policy that they came from; no set that was not numbered can be numbered after that.</summary>
    public void ForgetMembers()
    {
        _members.Clear();
        _policy = null;
    }

    private HostPolicy Policy => _policy ?? throw new InvalidOperationException("the members of sets were forgotten");

    /// <summary>The protocols and ports in a port set, each with the number of the set of addresses that have it.</summary>
    public IReadOnlyDictionary<(IpProtocol Protocol, ushort Port), int> NumbersByPort(string id)
    {
        if (!_portSets.TryGetValue(id, out var numbers))
        {
            var members = new Dictionary<(IpProtocol, ushort), List<Cidr>>();
            foreach (var member in Policy.PortSets[id].Members)
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
