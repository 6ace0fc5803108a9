using EdgeAgent.Contracts;

namespace EdgeAgent.Wire;

/// <summary>Stages, branches, blocks and rules, between wire and values.</summary>
public static class RuleMapping
{
    /// <summary>To the wire.</summary>
    public static V1.Stage ToWire(Stage stage)
    {
        var wire = new V1.Stage();
        if (stage.Interface is { } match)
        {
            wire.Interface = new() { Name = match.Name ?? "" };
            wire.Interface.Except.AddRange(match.Except);
        }

        foreach (var branch in stage.Branches)
        {
            var wireBranch = new V1.Branch();
            if (branch.PeerSet is not null)
                wireBranch.PeerSet = branch.PeerSet;
            wireBranch.Blocks.AddRange(branch.Blocks.Select(ToWire));
            wire.Branches.Add(wireBranch);
        }

        return wire;
    }

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A field is out of range.</exception>
    public static Stage FromWire(V1.Stage wire) => new(wire.Branches
        .Select(branch => new Branch(branch.HasPeerSet ? branch.PeerSet : null, branch.Blocks.Select(FromWire).ToEquatableArray()))
        .ToEquatableArray())
    {
        Interface = wire.Interface is null ? null : FromWire(wire.Interface),
    };

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A port is above 65535, or the range is turned round.</exception>
    public static PortRange FromWire(V1.PortRange wire) =>
        wire.First <= wire.Last && wire.Last <= ushort.MaxValue
            ? new((ushort)wire.First, (ushort)wire.Last)
            : throw new WireFormatException($"port range {wire.First}-{wire.Last}; expected 0 to 65535, ascending");

    /// <summary>To the wire.</summary>
    public static V1.PortRange ToWire(PortRange range) => new() { First = range.First, Last = range.Last };

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">The text is no address block.</exception>
    public static Cidr BlockFromWire(string wire) =>
        Cidr.TryParse(wire, out var block, out _) ? block : throw new WireFormatException($"'{wire}' is no address block; expected address/length");

    /// <summary>A number that must fit a byte.</summary>
    /// <exception cref="WireFormatException">It does not.</exception>
    public static byte ByteFromWire(uint wire, string field) =>
        wire <= byte.MaxValue ? (byte)wire : throw new WireFormatException($"{field} {wire}; expected 0 to 255");

    private static InterfaceMatch FromWire(V1.InterfaceMatch wire)
    {
        if (wire.Name.Length > 0 == wire.Except.Count > 0)
            throw new WireFormatException($"an interface match with the name '{wire.Name}' and {wire.Except.Count} exceptions; expected a name or exceptions");
        try
        {
            return wire.Name.Length > 0 ? InterfaceMatch.Only(wire.Name) : InterfaceMatch.AllBut(wire.Except);
        }
        catch (ArgumentException e)
        {
            throw new WireFormatException($"an interface match: {e.Message}");
        }
    }

    private static V1.Block ToWire(Block block)
    {
        var wire = new V1.Block { End = (V1.BlockEnd)block.End };
        if (block.EndPolicy != default)
            wire.EndPolicy = ToWire(block.EndPolicy);
        wire.Rules.AddRange(block.Rules.Select(ToWire));
        return wire;
    }

    private static Block FromWire(V1.Block wire) => new(
        wire.Rules.Select(FromWire).ToEquatableArray(),
        wire.End is V1.BlockEnd.Deny or V1.BlockEnd.Pass ? (BlockEnd)wire.End : throw new WireFormatException($"block end {wire.End}; expected deny or pass"),
        wire.EndPolicy is null ? default : FromWire(wire.EndPolicy));

    private static V1.PolicyReference ToWire(PolicyReference policy) =>
        new() { Kind = policy.Kind, Namespace = policy.Namespace, Name = policy.Name, Rule = policy.Rule };

    private static PolicyReference FromWire(V1.PolicyReference wire) => new(wire.Kind, wire.Namespace, wire.Name, wire.Rule);

    private static V1.Rule ToWire(Rule rule)
    {
        var wire = new V1.Rule
        {
            Verdict = (V1.Verdict)rule.Verdict,
            Policy = ToWire(rule.Policy),
            Family = rule.Family is { } family ? (uint)family : 0,
        };
        if (rule.Protocol is { } protocol)
            wire.Protocol = new() { Protocol = protocol.Protocol.Number, Negated = protocol.Negated };
        if (rule.Icmp is { } icmp)
        {
            wire.Icmp = new() { Type = icmp.Type, Negated = icmp.Negated };
            if (icmp.Code is { } code)
                wire.Icmp.Code = code;
        }

        wire.Ports.AddRange(rule.Ports.Select(ToWire));
        wire.SourcePorts.AddRange(rule.SourcePorts.Select(ToWire));
        wire.PeerAnyOf.AddRange(rule.PeerAnyOf);
        wire.PeerNoneOf.AddRange(rule.PeerNoneOf);
        wire.PeerPorts.AddRange(rule.PeerPorts);
        wire.SelfAnyOf.AddRange(rule.SelfAnyOf.Select(block => block.ToString()));
        wire.SelfNoneOf.AddRange(rule.SelfNoneOf.Select(block => block.ToString()));
        return wire;
    }

    private static Rule FromWire(V1.Rule wire)
    {
        if (wire.Verdict is < V1.Verdict.Allow or > V1.Verdict.Log)
            throw new WireFormatException($"verdict {wire.Verdict}; expected allow, deny, pass or log");
        if (wire.Policy is null)
            throw new WireFormatException("a rule without policy reference");
        return new((Verdict)wire.Verdict, FromWire(wire.Policy))
        {
            Family = wire.Family switch
            {
                0 => null,
                4 => IpFamily.V4,
                6 => IpFamily.V6,
                _ => throw new WireFormatException($"family {wire.Family}; expected 0, 4 or 6"),
            },
            Protocol = wire.Protocol is null ? null : new(new(ByteFromWire(wire.Protocol.Protocol, "protocol")), wire.Protocol.Negated),
            Icmp = wire.Icmp is null
                ? null
                : new(ByteFromWire(wire.Icmp.Type, "icmp type"), wire.Icmp.HasCode ? ByteFromWire(wire.Icmp.Code, "icmp code") : null, wire.Icmp.Negated),
            Ports = wire.Ports.Select(FromWire).ToEquatableArray(),
            SourcePorts = wire.SourcePorts.Select(FromWire).ToEquatableArray(),
            PeerAnyOf = wire.PeerAnyOf.ToEquatableArray(),
            PeerNoneOf = wire.PeerNoneOf.ToEquatableArray(),
            PeerPorts = wire.PeerPorts.ToEquatableArray(),
            SelfAnyOf = wire.SelfAnyOf.Select(BlockFromWire).ToEquatableArray(),
            SelfNoneOf = wire.SelfNoneOf.Select(BlockFromWire).ToEquatableArray(),
        };
    }
}
