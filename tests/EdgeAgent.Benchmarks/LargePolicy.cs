using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Benchmarks;

/// <summary>A host policy of many policies, each of which grants a hundred peers on one of fifty ports.</summary>
internal static class LargePolicy
{
    /// <summary>Peers of each policy.</summary>
    public const int PeersEach = 100;

    /// <summary>Makes it; entries are policies times <see cref="PeersEach"/>, all different.</summary>
    public static HostPolicy Of(int policies)
    {
        var rules = new List<Rule>(policies);
        var sets = ImmutableSortedDictionary.CreateBuilder<string, AddressSet>(StringComparer.Ordinal);
        for (var i = 0; i < policies; i++)
        {
            var id = $"set-{i:d5}";
            sets.Add(id, new(id, Enumerable.Range(0, PeersEach).Select(peer => Peer((i * PeersEach) + peer))));
            rules.Add(new(Verdict.Allow, new("NetworkPolicy", "bench", $"policy-{i:d5}", "ingress[0]"))
            {
                Protocol = new(IpProtocol.Tcp, false),
                Ports = [PortRange.Single((ushort)(8000 + (i % 50)))],
                PeerAnyOf = [id],
            });
        }

        return new()
        {
            Revision = new(1),
            Inbound = [new Stage([new Branch(null, [new Block(rules.ToEquatableArray(), BlockEnd.Deny, new("NetworkPolicy", "bench", "policy-00000", ""))])])],
            Sets = sets.ToImmutable(),
        };
    }

    /// <summary>The same with one more peer in the first policy.</summary>
    public static HostPolicy WithOneMorePeer(HostPolicy policy)
    {
        var set = policy.Sets["set-00000"];
        return policy with { Revision = policy.Revision.Next, Sets = policy.Sets.SetItem(set.Id, new(set.Id, set.Prefixes.Append(OneMore))) };
    }

    /// <summary>The same without that peer.</summary>
    public static HostPolicy WithoutTheOneMore(HostPolicy policy)
    {
        var set = policy.Sets["set-00000"];
        return policy with { Revision = policy.Revision.Next, Sets = policy.Sets.SetItem(set.Id, new(set.Id, set.Prefixes.Where(prefix => prefix != OneMore))) };
    }

    private static Cidr OneMore => Peer(15_000_000);

    // Every other address, so that no two merge into a wider block.
    private static Cidr Peer(int number) => Cidr.Single(new(IpFamily.V4, (UInt128)(0x0a000000u + ((uint)number * 2))));
}
