using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Gives ids to the sets that the rules of one computation name, and keeps what they mean.</summary>
internal sealed class SetCatalog(AddressBook book)
{
    private readonly Dictionary<string, SetDefinition> _sets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortDefinition> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DomainSet> _domains = new(StringComparer.Ordinal);

    /// <summary>The sets that some of the rules name.</summary>
    public NamedSets NamedBy(EquatableArray<Block> blocks)
    {
        if (_sets.Count == 0 && _ports.Count == 0 && _domains.Count == 0)
            return NamedSets.None;
        var rules = blocks.Items.SelectMany(block => block.Rules.Items).ToList();
        var ids = rules.SelectMany(rule => rule.PeerAnyOf.Items.Concat(rule.PeerNoneOf.Items)).ToHashSet(StringComparer.Ordinal);
        var portIds = rules.SelectMany(rule => rule.PeerPorts.Items).ToHashSet(StringComparer.Ordinal);
        return ids.Count == 0 && portIds.Count == 0 ? NamedSets.None : new(
            [.. ids.Where(_sets.ContainsKey).Select(id => _sets[id])],
            [.. portIds.Select(id => _ports[id])],
            [.. ids.Where(_domains.ContainsKey).Select(id => _domains[id]).OrderBy(set => set.Id, StringComparer.Ordinal)]);
    }

    /// <summary>Whether a match says where the peer is, not merely where it is not.</summary>
    public static bool HasPositivePart(PeerMatch match) => match.Endpoints is not null || !match.Nets.IsEmpty || !match.Names.IsEmpty;

    /// <summary>The set of the addresses that a match means.</summary>
    public string Peers(PeerMatch match)
    {
        var id = SetName.Of(match.ToString());
        if (match.Names.IsEmpty)
            return Keep(new MatchSet(id, match));
        _domains[id] = new(id, match.Names);
        return id;
    }

    /// <summary>The sets of the addresses that a match excludes.</summary>
    public IEnumerable<string> Excluded(PeerMatch match)
    {
        if (match.NotEndpoints is { } endpoints)
            yield return Peers(PeerMatch.Of(endpoints));
        if (!match.NotNets.IsEmpty)
            yield return Peers(PeerMatch.Of(match.NotNets));
    }

    /// <summary>The set of given addresses.</summary>
    public string Addresses(EquatableArray<IpAddress> addresses)
    {
        var text = string.Join(',', addresses.Items);
        return Keep(new GivenSet(SetName.Of(text), addresses.Items.Select(Cidr.Single).ToEquatableArray(), null));
    }

    /// <summary>For each match (for all peers where there is none) the set of ports that its endpoints declare under the names.</summary>
    public EquatableArray<string> Ports(EquatableArray<PeerMatch> matches, EquatableArray<string> names, IpProtocol protocol) =>
        (matches.IsEmpty ? [PeerMatch.Any] : matches.Items).Select(match => Ports(match, names, protocol)).Distinct().ToEquatableArray();

    /// <summary>The addresses whose endpoints declare ports under some names, in groups of equal ports.</summary>
    public IEnumerable<(EquatableArray<NamedPort> Ports, EquatableArray<IpAddress> Addresses)> GroupsByPorts(List<string> names) =>
        from declared in book.Declared(names)
        group declared.Port by declared.Member.Address into address
        group address.Key by HostClassKey.Sorted(address) into ports
        orderby string.Join(',', ports.Key.Items.Select(PortText)) ascending
        select (ports.Key, ports.Order().ToEquatableArray());

    /// <summary>
    /// The set of those addresses with equal ports that a match means. Which addresses have equal ports depends on the names that were
    /// asked for: one that declares another name as well is in another group where that is asked for too.
    /// </summary>
    public string PeersAmong(PeerMatch match, List<string> names, EquatableArray<NamedPort> ports, EquatableArray<IpAddress> addresses)
    {
        var meaning = $"{match} with {string.Join(',', ports.Items.Select(PortText))} of {string.Join(',', names)}";
        return Keep(new GivenSet(SetName.Of(meaning), addresses.Items.Select(Cidr.Single).ToEquatableArray(), match.IsAny ? null : match));
    }

    /// <summary>The set of all addresses whose endpoints declare ports under some names.</summary>
    public string AddressesDeclaring(List<string> names, IEnumerable<IpAddress> addresses) => Keep(new GivenSet(
        SetName.Of($"with any of {string.Join(',', names)}"),
        addresses.Select(Cidr.Single).ToEquatableArray(),
        null));

    private static string PortText(NamedPort port) => $"{port.Name}={port.Protocol}/{port.Port}";

    private string Ports(PeerMatch match, EquatableArray<string> names, IpProtocol protocol)
    {
        var id = SetName.Of($"{match} {protocol}/{string.Join(',', names.Items)}");
        _ports[id] = new(id, match, names, protocol);
        return id;
    }

    private string Keep(SetDefinition set)
    {
        _sets[set.Id] = set;
        return set.Id;
    }
}
