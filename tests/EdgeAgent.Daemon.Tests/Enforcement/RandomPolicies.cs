using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Random host policies over few addresses and ports, so that rules often meet.</summary>
internal static class RandomPolicies
{
    internal static HostPolicy Make(Random random)
    {
        var sets = Enumerable.Range(0, 4).Select(i => new AddressSet($"s{i}", Enumerable.Range(0, random.Next(4)).Select(_ => Cidr.Parse($"10.0.0.{random.Next(8)}/{random.Next(29, 33)}")))).ToArray();
        var ports = new PortSet("p0", Enumerable.Range(0, 4).Select(_ => new PortSetMember(IpAddress.Parse($"10.0.0.{random.Next(8)}"), IpProtocol.Tcp, (ushort)random.Next(5))));
        return new()
        {
            Revision = new(1),
            Inbound = Stages(random, outbound: false),
            Outbound = Stages(random, outbound: true),
            ForwardIn = random.Next(2) == 0 ? Stages(random, outbound: false) : [],
            ForwardOut = random.Next(2) == 0 ? Stages(random, outbound: true) : [],
            Sets = Policies.Sets(sets),
            PortSets = new[] { ports }.ToDictionary(set => set.Id).ToImmutableSorted(),
        };
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, PortSet> ToImmutableSorted(this Dictionary<string, PortSet> sets) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, sets);

    private static EquatableArray<Stage> Stages(Random random, bool outbound) =>
        Some(random, 3, () => new Stage(Some(random, 3, () => new Branch(random.Next(2) == 0 ? null : Set(random), Some(random, 3, () => Block(random, outbound)))))
        {
            Interface = random.Next(5) switch { 0 => InterfaceMatch.Only($"eth{random.Next(3)}"), 1 => InterfaceMatch.AllBut([$"eth{random.Next(3)}"]), _ => null },
        });

    /// <summary>Of each address the interface that its traffic takes.</summary>
    internal static string InterfaceOf(IpAddress address) => $"eth{(int)(address.Bits % 3)}";

    private static Block Block(Random random, bool outbound) =>
        new(Some(random, 5, () => Rule(random, outbound)), random.Next(2) == 0 ? BlockEnd.Deny : BlockEnd.Pass, Policies.Reference);

    private static Rule Rule(Random random, bool outbound)
    {
        var protocol = random.Next(4) switch { 0 => IpProtocol.Tcp, 1 => IpProtocol.Udp, 2 => IpProtocol.Icmp, _ => (IpProtocol?)null };
        return new((Verdict)random.Next(1, 5), Policies.Reference)
        {
            Family = random.Next(5) == 0 ? IpFamily.V4 : null,
            Protocol = protocol is { } known ? new(known, !known.HasPorts && !known.HasIcmpType) : null,
            Ports = protocol is { HasPorts: true } && random.Next(2) == 0 ? [new((ushort)random.Next(3), (ushort)random.Next(3, 5))] : [],
            SourcePorts = protocol is { HasPorts: true } && random.Next(4) == 0 ? [PortRange.Single((ushort)random.Next(3))] : [],
            Icmp = protocol is { HasIcmpType: true } ? new((byte)(random.Next(2) * 8), random.Next(2) == 0 ? null : (byte)random.Next(2), random.Next(3) == 0) : null,
            PeerAnyOf = random.Next(2) == 0 ? [] : [Set(random), Set(random)],
            PeerNoneOf = random.Next(4) == 0 ? [Set(random)] : [],
            PeerPorts = outbound && protocol == IpProtocol.Tcp && random.Next(4) == 0 ? ["p0"] : [],
            SelfAnyOf = random.Next(5) == 0 ? [Cidr.Parse("10.0.0.0/31")] : [],
            SelfNoneOf = random.Next(5) == 0 ? [Cidr.Parse("10.0.0.1/32")] : [],
        };
    }

    private static string Set(Random random) => $"s{random.Next(4)}";

    private static EquatableArray<T> Some<T>(Random random, int most, Func<T> make) => Enumerable.Range(0, random.Next(most + 1)).Select(_ => make()).ToEquatableArray();
}
