using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Makes random host policies that use every feature of <see cref="Rule"/>, over few addresses and ports so that rules meet.</summary>
public sealed class RandomHostPolicy(Random random, HostPolicyShape shape)
{
    private static readonly IpProtocol[] Protocols = [IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.Icmp, IpProtocol.IcmpV6, new(47), new(0), new(255)];

    private static readonly IpProtocol[] Narrow = [.. Protocols.Where(protocol => protocol.Number != 0)];

    private static readonly string[] Interfaces = ["eth0", "eth1", "wan.100-backup0"];

    private string[] _sets = [];
    private string[] _portSets = [];

    /// <summary>A policy of all features.</summary>
    public static HostPolicy Of(int seed) => Of(seed, HostPolicyShape.Everything);

    /// <summary>A policy of a shape.</summary>
    public static HostPolicy Of(int seed, HostPolicyShape shape) => new RandomHostPolicy(new Random(seed), shape).Next();

    /// <summary>A policy of all features that also grants by names: some of the sets that its rules name are sets of names.</summary>
    public static HostPolicy WithNames(int seed)
    {
        var random = new Random(seed);
        var policy = Of(seed, seed % 3 == 0 ? HostPolicyShape.Router : HostPolicyShape.Everything);
        var granting = policy.AllStages().SelectMany(stage => stage.Branches).SelectMany(branch => branch.Blocks).SelectMany(block => block.Rules)
            .SelectMany(rule => rule.PeerAnyOf).ToHashSet(StringComparer.Ordinal);
        granting.ExceptWith(policy.AllStages().SelectMany(stage => stage.Branches).SelectMany(branch => branch.Blocks
            .SelectMany(block => block.Rules).SelectMany(rule => rule.PeerNoneOf.Concat(rule.Verdict is Contracts.Verdict.Allow or Contracts.Verdict.Pass ? [] : rule.PeerAnyOf))
            .Append(branch.PeerSet ?? "")));
        granting.RemoveWhere(_ => random.Next(2) == 0);
        return policy with
        {
            Sets = policy.Sets.RemoveRange(granting),
            DomainSets = granting.ToImmutableSortedDictionary(
                id => id,
                id => new DomainSet(id, Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{(char)('a' + random.Next(5))}.example.com")),
                StringComparer.Ordinal),
        };
    }

    /// <summary>The next policy.</summary>
    public HostPolicy Next()
    {
        var sets = Enumerable.Range(0, random.Next(1, shape.Sets + 1)).Select(i => new AddressSet($"set:{i}", Many(0, shape.Members, Block))).ToList();
        var portSets = Enumerable.Range(0, random.Next(0, 3)).Select(i => new PortSet($"ports:{i}", Many(0, shape.Members, () => new PortSetMember(Address(), Ported(), Port())))).ToList();
        _sets = [.. sets.Select(set => set.Id)];
        _portSets = [.. portSets.Select(set => set.Id)];
        return new()
        {
            Revision = new(random.Next(1, 1000)),
            Inbound = Stages(Direction.Inbound),
            Outbound = Stages(Direction.Outbound),
            ForwardIn = shape.Forwards ? Stages(Direction.Inbound) : [],
            ForwardOut = shape.Forwards ? Stages(Direction.Outbound) : [],
            Sets = sets.ToImmutableSortedDictionary(set => set.Id, set => set, StringComparer.Ordinal),
            PortSets = portSets.ToImmutableSortedDictionary(set => set.Id, set => set, StringComparer.Ordinal),
        };
    }

    private EquatableArray<Stage> Stages(Direction direction) => Many(0, shape.Stages, () => new Stage(Many(0, shape.Branches, () => Branch(direction)).ToEquatableArray()) { Interface = Interface() }).ToEquatableArray();

    // No number is drawn where there are no interfaces, so that a seed gives the same policy as ever.
    private InterfaceMatch? Interface() => shape.Interfaces == 0 || !Chance(shape.Interfaces)
        ? null
        : Chance(60) ? InterfaceMatch.Only(Pick(Interfaces)) : InterfaceMatch.AllBut(Many(1, 2, () => Pick(Interfaces)));

    private Branch Branch(Direction direction) => new(Chance(60) ? Pick(_sets) : null, Many(0, shape.Blocks, () => Block(direction)).ToEquatableArray());

    private Block Block(Direction direction)
    {
        var end = Chance(50) ? BlockEnd.Deny : BlockEnd.Pass;
        return new(Many(0, shape.Rules, () => Rule(direction)).ToEquatableArray(), end, end == BlockEnd.Deny ? Policy("") : default);
    }

    private Rule Rule(Direction direction)
    {
        var protocol = Chance(70) ? new ProtocolMatch(Pick(shape.Wildcards ? Protocols : Narrow), Chance(15)) : (ProtocolMatch?)null;
        var positive = protocol is { Negated: false } match ? match.Protocol : (IpProtocol?)null;
        var side = random.Next(100) < shape.SideConditions;
        return new(Verdict(), Policy($"rule[{random.Next(3)}]"))
        {
            Family = Chance(10) ? (Chance(50) ? IpFamily.V4 : IpFamily.V6) : null,
            Protocol = protocol,
            Ports = positive?.HasPorts == true && Chance(70) ? Many(1, 3, Ports).ToEquatableArray() : [],
            SourcePorts = positive?.HasPorts == true && side && Chance(50) ? Many(1, 2, Ports).ToEquatableArray() : [],
            Icmp = positive?.HasIcmpType == true && Chance(60) ? new IcmpMatch(Pick<byte>(shape.Wildcards ? [0, 3, 8, 128, 255] : [0, 3, 8, 128, 129]), Chance(50) ? Pick<byte>([0, 1, 4, 255]) : null, Chance(25)) : null,
            PeerAnyOf = Chance(70) ? Many(1, 2, () => Pick(_sets)).ToEquatableArray() : [],
            PeerNoneOf = Chance(20) ? Many(1, 2, () => Pick(_sets)).ToEquatableArray() : [],
            PeerPorts = direction == Direction.Outbound && _portSets.Length > 0 && Chance(25) ? Many(1, 2, () => Pick(_portSets)).ToEquatableArray() : [],
            SelfAnyOf = side && Chance(40) ? Many(1, 2, OwnBlock).ToEquatableArray() : [],
            SelfNoneOf = side && Chance(30) ? Many(1, 2, OwnBlock).ToEquatableArray() : [],
        };
    }

    private Verdict Verdict() => random.Next(10) switch
    {
        < 4 => Contracts.Verdict.Allow,
        < 7 => Contracts.Verdict.Deny,
        < 9 => Contracts.Verdict.Pass,
        _ => shape.Logs ? Contracts.Verdict.Log : Contracts.Verdict.Allow,
    };

    private PolicyReference Policy(string rule) => new(Pick(["NetworkPolicy", "BookendPolicy"]), Pick(["default", "", "1st"]), Pick(["a", "b", "web-to-db", "x.denied", new string('n', 200)]), rule);

    private Cidr Block() => random.Next(12) switch
    {
        0 => Cidr.All(Chance(50) ? IpFamily.V4 : IpFamily.V6),
        < 3 => new(Address(), Pick([8, 16, 24, 25, 31])),
        3 => new(V6(), Pick([1, 32, 64, 120, 127])),
        _ => Cidr.Single(Address()),
    };

    private Cidr OwnBlock() => Pick(["10.0.0.6/32", "10.0.0.0/24", "fd00::6/128", "fd00::/64", "0.0.0.0/0", "10.1.0.0/16"]) is var text ? Cidr.Parse(text) : default;

    private IpAddress Address() => Chance(65)
        ? new(IpFamily.V4, (UInt128)(0x0a000000u + (uint)(random.Next(3) << 8) + (uint)random.Next(40)))
        : V6();

    private IpAddress V6() => new(IpFamily.V6, ((UInt128)0xfd00 << 112) + (UInt128)random.Next(40));

    private IpProtocol Ported() => Pick([IpProtocol.Tcp, IpProtocol.Udp]);

    private ushort Port() => Pick<ushort>([80, 443, 8080]);

    private PortRange Ports()
    {
        var first = Pick<ushort>([0, 22, 80, 81, 443, 8000, 65535]);
        return Chance(60) ? PortRange.Single(first) : new(first, Math.Max(first, Pick<ushort>([80, 100, 443, 8080, 65535])));
    }

    private List<T> Many<T>(int least, int most, Func<T> make) => Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => make()).ToList();

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private bool Chance(int percent) => random.Next(100) < percent;
}
