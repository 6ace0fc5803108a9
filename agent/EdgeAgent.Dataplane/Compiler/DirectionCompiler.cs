using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Compiles one path: cells, tables, chains, and the maps that lead to them.</summary>
internal sealed class DirectionCompiler(HostPolicy policy, TrafficPath path, PolicyNames names, CompileOptions options, RulesetBuilder ruleset)
{
    /// <summary>
    /// Above this many single ports the map gives way to comparing chains: each transaction that adds a rule walks
    /// the map's entries, a hundred of them in about 15 us.
    /// </summary>
    private const int MaxMappedPorts = 1_024;

    private const uint PortMapSize = 2 * MaxMappedPorts;
    private const uint ProtocolMapSize = 256;
    private static readonly Register First = new(0);

    private readonly string _prefix = PathNames.Prefix(path);

    /// <summary>Writes the path's part of the table.</summary>
    /// <param name="allowed">Where packets go that all its stages allow.</param>
    /// <param name="program">What its sets can be changed by; null where that is not possible.</param>
    /// <returns>
    /// The failsafes that no map leads to, then the rules that lead from a packet's destination port, else its protocol, else in any case, to
    /// what decides on it.
    /// </returns>
    public EquatableArray<ChainRule> Write(ChainVerdict allowed, out DirectionProgram? program)
    {
        var direction = path.Direction();
        var placed = new PlacedPolicy(policy, path, names);
        var cells = new CellTree(placed);
        var classes = PeerClasses.Of(placed.Sets.Members);
        var denies = new DenyChains(ruleset, path, policy.Mode, allowed, options);
        var maps = new PeerMapWriter(ruleset);
        var rules = new StageRules(classes, direction, denies, maps, ruleset);
        var tables = new StageTables(placed, classes);
        var chains = new StageChains(placed.Stages, direction, allowed, tables, rules, ruleset);

        var rest = Rest(chains, cells);
        var (ports, protocols) = Dispatch(chains, cells, rest);
        var failsafes = new FailsafeChains(ruleset, direction, path.IsForwarded() ? [] : options.Failsafes);
        LeadThroughFailsafes(failsafes, ports, protocols);
        if (!path.IsForwarded())
            LeadThroughIcmpV6(protocols);
        var portMap = ruleset.AddHash($"{_prefix}-ports", SetKind.VerdictMap, [KeyField.Protocol, KeyField.Port], ports.Count, PortMapSize, map => Fill(map, ports));
        var protocolMap = ruleset.AddHash($"{_prefix}-protocols", SetKind.VerdictMap, [KeyField.Protocol], protocols.Count, ProtocolMapSize, map => Fill(map, protocols));

        // Whom Log rules reach is not followed: that makes and takes away rules.
        program = tables.All.Any(table => table.Logs.Count > 0) ? null : new(placed.Sets, classes, tables, maps.Maps);
        return
        [
            .. failsafes.Rules,
            new([new LoadMeta(MetaKey.TransportProtocol, First), new LoadPayload(PayloadBase.Transport, 2, 2, First.After(1)), new LookupVerdict(portMap.Name, First)]),
            new([new LoadMeta(MetaKey.TransportProtocol, First), new LookupVerdict(protocolMap.Name, First)]),
            new([new Decide(Others([]))]),
        ];
    }

    /// <summary>The base chain always leads to a chain of this name, so that it never changes; returns where that chain leads.</summary>
    private ChainVerdict Rest(StageChains chains, CellTree cells)
    {
        var rest = chains.Entry(cells.Rest);
        var name = $"{_prefix}-rest";
        if (rest != ChainVerdict.Goto(name))
            ruleset.AddChain(ruleset.ChainName(name), [new([new Decide(rest)])]);
        return rest;
    }

    private (List<(IpProtocol Protocol, ushort Port, ChainVerdict Target)> Ports, List<(IpProtocol Protocol, ChainVerdict Target)> Protocols) Dispatch(
        StageChains chains, CellTree cells, ChainVerdict rest)
    {
        var mapped = new List<(IpProtocol Protocol, ushort Port, ChainVerdict Target)>();
        var protocols = new List<(IpProtocol, ChainVerdict)>();
        var singles = cells.Protocols.Sum(protocol => protocol.Ports.Count(ports => ports.Ports.First == ports.Ports.Last));
        foreach (var protocol in cells.Protocols)
        {
            var others = chains.Entry(protocol.Others);
            var compared = new List<(PortRange, ChainVerdict)>();
            foreach (var (ports, cell) in protocol.Ports)
            {
                var target = chains.Entry(cell);
                if (ports.First == ports.Last && singles <= MaxMappedPorts)
                    mapped.Add((protocol.Protocol, ports.First, target));
                else
                    compared.Add((ports, target));
            }

            var name = $"{_prefix}-{protocol.Protocol.ToString().ToLowerInvariant()}-ports";
            var entry = new PortChains(ruleset, protocol.Protocol, name).Write(compared, others);
            if (entry != rest)
                protocols.Add((protocol.Protocol, entry));
            mapped.RemoveAll(port => port.Protocol == protocol.Protocol && port.Target == entry);
        }

        return (mapped, protocols);
    }

    private void LeadThroughFailsafes(
        FailsafeChains failsafes, List<(IpProtocol Protocol, ushort Port, ChainVerdict Target)> ports, List<(IpProtocol Protocol, ChainVerdict Target)> protocols)
    {
        var open = failsafes.Write((protocol, port) =>
            ports.Find(mapped => (mapped.Protocol, mapped.Port) == (protocol, port)).Target ?? Others(protocols, protocol)).ToList();
        ports.RemoveAll(mapped => open.Exists(failsafe => (failsafe.Protocol, failsafe.Port) == (mapped.Protocol, mapped.Port)));
        ports.AddRange(open);
    }

    private void LeadThroughIcmpV6(List<(IpProtocol Protocol, ChainVerdict Target)> protocols)
    {
        var chain = ruleset.ChainName($"{_prefix}-icmpv6-first");
        ruleset.AddChain(chain, [BaseChains.IcmpV6Always, new([new Decide(Others(protocols, IpProtocol.IcmpV6))])]);
        protocols.RemoveAll(mapped => mapped.Protocol == IpProtocol.IcmpV6);
        protocols.Add((IpProtocol.IcmpV6, ChainVerdict.Goto(chain)));
    }

    /// <summary>Where a protocol leads but for the ports that are mapped; the chain of the rest always has the same name.</summary>
    private ChainVerdict Others(List<(IpProtocol Protocol, ChainVerdict Target)> protocols, IpProtocol? protocol = null) =>
        protocols.Find(mapped => mapped.Protocol == protocol).Target ?? ChainVerdict.Goto($"{_prefix}-rest");

    private static void Fill(ElementTable.Builder map, List<(IpProtocol Protocol, ushort Port, ChainVerdict Target)> ports)
    {
        foreach (var (protocol, port, target) in ports)
            map.Add([protocol.Number, 0, 0, 0, (byte)(port >> 8), (byte)port, 0, 0], new VerdictValue(target));
    }

    private static void Fill(ElementTable.Builder map, List<(IpProtocol Protocol, ChainVerdict Target)> protocols)
    {
        foreach (var (protocol, target) in protocols)
            map.Add([protocol.Number], new VerdictValue(target));
    }
}
