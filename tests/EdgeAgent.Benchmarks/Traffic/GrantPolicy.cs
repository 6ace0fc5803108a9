using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// A hundred thousand grants shared by some number of policies, each for TCP and UDP on one of fifty ports, as a host policy and as the list of
/// rules that people write for the same.
/// </summary>
/// <param name="Policies">How many policies; 0 for none.</param>
internal sealed record GrantPolicy(int Policies)
{
    /// <summary>Peers of all policies together.</summary>
    public const int Entries = 100_000;

    /// <summary>The port of the first policy.</summary>
    public const int FirstPort = 8000;

    private const int Ports = 50;
    private const uint FirstPeer = 0x6440_0000;

    /// <summary>The block that all peers are in.</summary>
    public const string Peers = "100.64.0.0/10";

    /// <summary>One peer of a policy on its port; the policies and their peers take turns.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="firstPortOnly">Whether only policies on the first port take part.</param>
    public (IpAddress Peer, ushort Port) Grant(int number, bool firstPortOnly)
    {
        var policies = Math.Max(1, Policies);
        var taking = firstPortOnly ? (policies + Ports - 1) / Ports : policies;
        // Spread over all of them, and over their peers.
        var policy = (int)((uint)number * 2654435761u % (uint)taking) * (firstPortOnly ? Ports : 1);
        var peer = (policy * (Entries / policies)) + (int)((uint)number * 40503u % (uint)(Entries / policies));
        return (Peer(peer), Port(policy));
    }

    /// <summary>The host policy.</summary>
    public HostPolicy ToHostPolicy()
    {
        var sets = Enumerable.Range(0, Policies).Select(policy => new AddressSet(Id(policy), Members(policy).Select(Cidr.Single))).ToImmutableSortedDictionary(static set => set.Id, static set => set, StringComparer.Ordinal);
        var rules = from policy in Enumerable.Range(0, Policies)
                    from protocol in new[] { IpProtocol.Tcp, IpProtocol.Udp }
                    select new Rule(Verdict.Allow, new("NetworkPolicy", "bench", Id(policy), "ingress[0]"))
                    {
                        Protocol = new(protocol, false),
                        Ports = [PortRange.Single(Port(policy))],
                        PeerAnyOf = [Id(policy)],
                    };
        return HostPolicy.Empty with
        {
            Revision = new(1),
            Inbound = Policies == 0 ? [] : [new Stage([new Branch(null, [new Block([.. rules], BlockEnd.Deny, new("NetworkPolicy", "bench", Id(0), ""))])])],
            Sets = sets,
        };
    }

    /// <summary>The table as a list of rules, one for each policy, for <c>nft -f</c>.</summary>
    public string ToLinearRules()
    {
        var rules = Enumerable.Range(0, Policies).Select(policy => string.Create(
            CultureInfo.InvariantCulture,
            $"meta l4proto {{ tcp, udp }} th dport {Port(policy)} ip saddr {{ {string.Join(", ", Members(policy))} }} counter accept\n"));
        return $"table inet linear {{\nchain in {{ type filter hook input priority 0;\nct state established,related accept\niif lo accept\n{string.Concat(rules)}drop\n}}\n}}\n";
    }

    /// <summary>The least that a firewall can do to tell so many peers from others: one hash set of all of them and one rule, for <c>nft -f</c>.</summary>
    public static string ToOneLookup() => string.Create(
        CultureInfo.InvariantCulture,
        $"table inet lookup {{\nset peers {{ type ipv4_addr; size {Entries * 2}; elements = {{ {string.Join(", ", Enumerable.Range(0, Entries).Select(Peer))} }}; }}\nchain in {{ type filter hook input priority 0; ip saddr @peers accept; }}\n}}\n");

    private IEnumerable<IpAddress> Members(int policy) => Enumerable.Range(policy * (Entries / Policies), Entries / Policies).Select(Peer);

    // Every other address, so that no two merge into a wider block.
    private static IpAddress Peer(int number) => new(IpFamily.V4, FirstPeer + ((uint)number * 2));

    private static ushort Port(int policy) => (ushort)(FirstPort + (policy % Ports));

    private static string Id(int policy) => string.Create(CultureInfo.InvariantCulture, $"policy-{policy:d5}");
}
