using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The cells of one protocol.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="Others">The cell of the ports that no rule names; the tree's rest where the protocol itself is not named.</param>
/// <param name="Ports">The named ports: disjoint, ascending; ranges of equal rules share a cell.</param>
internal sealed record ProtocolCells(IpProtocol Protocol, TrafficCell Others, IReadOnlyList<(PortRange Ports, TrafficCell Cell)> Ports);

/// <summary>Cuts one path's traffic into cells: protocols, ports, side conditions.</summary>
internal sealed class CellTree
{
    private readonly PlacedPolicy _policy;
    private readonly SideCells _sides;
    private readonly string _prefix;
    private readonly Dictionary<string, TrafficCell> _byRules = new(StringComparer.Ordinal);

    public CellTree(PlacedPolicy policy)
    {
        _policy = policy;
        _sides = new(policy.Path.Direction());
        _prefix = PathNames.Prefix(policy.Path) + "-";
        var portless = policy.Rules.Where(rule => rule.Rule.Ports.IsEmpty && rule.Rule.PeerPorts.IsEmpty).Select(rule => policy.PeerRule(rule, null)).ToList();
        var forRest = portless.Where(rule => rule.Rule.Protocol is null or { Negated: true }).ToList();
        Rest = new(_prefix + "rest", null, forRest.Where(HoldsElsewhere), []);
        _sides.Split(Rest, WithSides(forRest));
        Protocols = [.. PortsByProtocol().Select(entry => Cells(entry.Key, entry.Value, portless))];
    }

    /// <summary>All traffic that no other cell names.</summary>
    public TrafficCell Rest { get; }

    /// <summary>The protocols that rules name, ascending.</summary>
    public IReadOnlyList<ProtocolCells> Protocols { get; }

    /// <summary>The protocols that rules name, with the ports that they name of it, and the port sets behind each.</summary>
    private SortedDictionary<IpProtocol, List<(PortRange Ports, PlacedRule Rule, int? PortPeers)>> PortsByProtocol()
    {
        var result = new SortedDictionary<IpProtocol, List<(PortRange, PlacedRule, int?)>>();
        foreach (var placed in _policy.Rules)
        {
            var rule = placed.Rule;
            if (rule.Protocol is { } match)
                Of(match.Protocol);
            if (rule.PeerPorts.IsEmpty)
            {
                foreach (var ports in rule.Ports)
                    Of(rule.Protocol!.Value.Protocol).Add((ports, placed, null));
                continue;
            }

            foreach (var ((protocol, port), set) in rule.PeerPorts.Distinct().SelectMany(_policy.Sets.NumbersByPort))
            {
                if (rule.Protocol?.Matches(protocol) != false && (rule.Ports.IsEmpty || rule.Ports.Any(range => range.Contains(port))))
                    Of(protocol).Add((PortRange.Single(port), placed, set));
            }
        }

        return result;

        List<(PortRange, PlacedRule, int?)> Of(IpProtocol protocol)
        {
            if (!result.TryGetValue(protocol, out var ports))
                result.Add(protocol, ports = []);
            return ports;
        }
    }

    private ProtocolCells Cells(IpProtocol protocol, List<(PortRange Ports, PlacedRule Rule, int? PortPeers)> named, List<PeerRule> portless)
    {
        var added = portless.Where(rule => rule.Rule.Protocol is { Negated: false } match && match.Protocol == protocol).ToList();
        var removed = portless.Where(rule => rule.Rule.Protocol is { Negated: true } match && match.Protocol == protocol).ToList();
        var sides = WithSides(portless.Where(rule => rule.Rule.Protocol?.Matches(protocol) != false));
        var others = Rest;
        if (added.Count + removed.Count > 0)
        {
            others = new(_prefix + Name(protocol), Rest, added.Where(HoldsElsewhere), removed.Where(HoldsElsewhere));
            _sides.Split(others, sides);
        }

        var pieces = PortCut.Cut(named.Select((item, number) => (item.Ports, number)));
        return new(protocol, others, [.. pieces.Select(piece => (piece.Ports, Cell(protocol, others, sides, piece.Ports, [.. piece.Items.Select(item => named[item])])))]);
    }

    private TrafficCell Cell(IpProtocol protocol, TrafficCell others, List<PeerRule> sides, PortRange ports, List<(PortRange Ports, PlacedRule Rule, int? PortPeers)> named)
    {
        var added = named.GroupBy(item => item.Rule.Ordinal)
            .Select(items => _policy.PeerRule(items.First().Rule, items.First().PortPeers is null ? null : [.. items.Select(item => item.PortPeers!.Value).Distinct().Order()]))
            .OrderBy(rule => rule.Ordinal)
            .ToList();
        var key = Key(others, added);
        if (_byRules.TryGetValue(key, out var cell))
            return cell;
        cell = new($"{_prefix}{Name(protocol)}-{ports}", others, added.Where(HoldsElsewhere), []);
        _sides.Split(cell, [.. sides.Concat(WithSides(added)).OrderBy(rule => rule.Ordinal)]);
        _byRules.Add(key, cell);
        return cell;
    }

    /// <summary>Equal for ports, also of different protocols, at which the same is asked in the same places.</summary>
    private static string Key(TrafficCell others, List<PeerRule> added) => string.Join('|', added.Select(rule => string.Create(
        CultureInfo.InvariantCulture,
        $"{rule.Placed.Block}:{others.CountBefore(rule.Placed.Block, rule.Ordinal)}:{rule.Rule.Verdict}:{rule.Rule.Policy.Kind}:{rule.Rule.Policy.Policy}:{rule.Rule.Family}:{Text(rule.Peers)}:{Text(rule.PortPeers)}:{Text(rule.NotPeers)}:{(rule.Placed.HasSideConditions ? rule.Ordinal : -1)}"))
        .Append(others.Name));

    private static string Text(int[]? sets) => sets is null ? "*" : string.Join(',', sets);

    private static bool HoldsElsewhere(PeerRule rule) => !rule.Placed.HasSideConditions || default(SideFacts).Satisfy(rule.Rule);

    private static List<PeerRule> WithSides(IEnumerable<PeerRule> rules) => [.. rules.Where(rule => rule.Placed.HasSideConditions)];

    private static string Name(IpProtocol protocol) =>
        protocol.HasPorts || protocol.HasIcmpType ? protocol.ToString().ToLowerInvariant() : string.Create(CultureInfo.InvariantCulture, $"proto-{protocol}");
}
