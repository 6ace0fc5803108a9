using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Makes random stages that decide as <see cref="StreamFlows"/> says, each in another way, with their sets.</summary>
internal sealed class SwapStages(Random random, SwapAddresses addresses)
{
    private int _made;

    internal ImmutableSortedDictionary<string, AddressSet>.Builder Sets { get; set; } = ImmutableSortedDictionary.CreateBuilder<string, AddressSet>(StringComparer.Ordinal);

    internal Stage Stage(Direction direction)
    {
        var branches = new List<Branch>();
        for (var i = random.Next(3); i > 0; i--)
        {
            var peers = StreamFlows.Peers.Where(_ => random.Next(3) == 0).ToList();
            branches.Add(new(Set(addresses.Cover(peers, []).Concat(addresses.Strangers(random.Next(4)))), Blocks(direction)));
        }

        return new([.. branches, new(null, Blocks(direction))]);
    }

    internal EquatableArray<Block> Blocks(Direction direction)
    {
        Block end = new([.. StreamFlows.Ports.SelectMany(port => Grants(direction, port)).OrderBy(_ => random.Next())], BlockEnd.Deny, Policy());
        return random.Next(2) == 0 ? [end] : [new([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Aside(direction))], BlockEnd.Pass, default), end];
    }

    /// <summary>A rule that may change counters, maps and chains of a stream's port, but rarely its flows.</summary>
    internal Rule Aside(Direction direction)
    {
        var port = StreamFlows.Ports[random.Next(StreamFlows.Ports.Count)];
        var (allowed, denied) = Peers(direction, port);
        return random.Next(5) switch
        {
            0 => Rule(Verdict.Deny, port, Set(denied.Where(_ => random.Next(2) == 0).Select(Cidr.Single).Concat(addresses.Strangers(random.Next(1, 4))))),
            1 => Rule(Verdict.Log, port, Set(addresses.Blocks(random.Next(1, 4)))),
            2 => Rule(Verdict.Pass, port, Set(addresses.Strangers(random.Next(1, 9)))),
            3 => Rule(Verdict.Allow, port, Set(addresses.Cover([.. allowed.Where(_ => random.Next(2) == 0)], denied).Concat(addresses.Strangers(1)))),
            _ => Rule(Verdict.Allow, port, Set(addresses.Strangers(random.Next(1, 20)).Concat(addresses.Blocks(random.Next(3)).Where(block => !denied.Any(block.Contains))))),
        };
    }

    internal PolicyReference Policy() => new("NetworkPolicy", "default", $"policy-{random.Next(1000)}", "");

    internal string Set(IEnumerable<Cidr> members)
    {
        var id = $"set:{random.Next(1000)}:{++_made}";
        Sets[id] = new(id, members);
        return id;
    }

    // Every allowed peer of a port, in one of several policies or by a wide block with exceptions.
    private IEnumerable<Rule> Grants(Direction direction, ushort port)
    {
        var (allowed, denied) = Peers(direction, port);
        if (random.Next(6) == 0)
        {
            yield return Rule(Verdict.Allow, port, Set([Cidr.Parse("10.48.0.0/12"), Cidr.Parse("fd50::/16")])) with { PeerNoneOf = [Set(addresses.Cover(denied, allowed))] };
            yield break;
        }

        foreach (var policy in allowed.GroupBy(_ => random.Next(3)))
        {
            var noise = addresses.Blocks(random.Next(4)).Where(block => !denied.Any(block.Contains));
            yield return Rule(Verdict.Allow, port, Set(addresses.Cover([.. policy], denied).Concat(addresses.Strangers(random.Next(6))).Concat(noise)));
        }
    }

    private Rule Rule(Verdict verdict, ushort port, string peers) => new(verdict, Policy())
    {
        Protocol = new(IpProtocol.Udp, false),
        Ports = [random.Next(4) == 0 ? new((ushort)(port - random.Next(10)), (ushort)(port + random.Next(10))) : PortRange.Single(port)],
        PeerAnyOf = [peers],
    };

    private static (List<IpAddress> Allowed, List<IpAddress> Denied) Peers(Direction direction, ushort port)
    {
        var byVerdict = StreamFlows.Peers.ToLookup(peer => StreamFlows.IsAllowed(direction, peer, port));
        return ([.. byVerdict[true]], [.. byVerdict[false]]);
    }
}
