using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Daemon;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>What it costs to cut the flows of a withdrawn allow among many others.</summary>
internal static class WithdrawalClaims
{
    private const int Peers = 1000, FlowsEach = 100, Port = 9080, Runs = 11;
    private const string Self = "10.9.0.6";

    /// <summary>One peer of a thousand loses its grant; 100 of 100,000 tracked connections are cut.</summary>
    public static IEnumerable<Claim> OnePeer()
    {
        using var place = new TestNamespace("bench");
        place.Ip($"addr add {Self}/32 dev lo");
        using var server = place.Run(() =>
        {
            var listener = new TcpListener(IPAddress.Any, Port);
            listener.Start();
            return listener;
        });
        using var kernel = new NetfilterKernel(place.Path);
        using var conntrack = new ConntrackTable(place.Path);
        var (all, fewer) = (Enforce(1, 0), Enforce(2, 1));
        foreach (var transaction in RulesetDiffer.Plan(null, RulesetCompiler.Compile(all.Policy.Policy, CompileOptions.Default)).Transactions)
            kernel.Commit(transaction);
        Fill(conntrack);

        using var cutter = new FlowCutter(true, place.Path);
        var everything = Median.Time(() => cutter.Cut(all, everything: true));
        var (withdraw, grant) = (new List<double>(), new List<double>());
        for (var i = 0; i <= Runs; i++)
        {
            var result = default(CutResult);
            var elapsed = Median.Time(() => result = cutter.Cut(fewer, everything: false));
            if (result.Cut != FlowsEach)
                throw new InvalidOperationException($"cut {result}, expected {FlowsEach}");
            var back = Median.Time(() => result = cutter.Cut(all, everything: false));
            if (result.Restored != FlowsEach)
                throw new InvalidOperationException($"restored {result}, expected {FlowsEach}");
            if (i == 0)
                continue;
            withdraw.Add(elapsed);
            grant.Add(back);
        }

        yield return new("withdrawal.conntrack-100k", Median.Of(withdraw), "ms", 50, $"{FlowsEach} of {Peers * FlowsEach:N0} flows cut; allowing them again {Median.Of(grant):0.0} ms, judging all {everything:0} ms");
    }

    private static Enforcement Enforce(long revision, int without) => new(PolicyVersion.Of(new()
    {
        Revision = new(revision),
        Inbound =
        [
            new Stage([new Branch(null, [new Block(
                [new Rule(Verdict.Allow, new("NetworkPolicy", "bench", "web", "ingress[0]")) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(Port)], PeerAnyOf = ["peers"] }],
                BlockEnd.Deny,
                new("NetworkPolicy", "bench", "web", ""))])]),
        ],
        Sets = HostPolicy.Empty.Sets.Add("peers", new AddressSet("peers", Enumerable.Range(without, Peers - without).Select(peer => Cidr.Single(Peer(peer))))),
    }), Failsafe.Defaults);

    private static void Fill(ConntrackTable conntrack)
    {
        var self = IpAddress.Parse(Self);
        for (var peer = 0; peer < Peers; peer++)
        {
            for (var flow = 0; flow < FlowsEach; flow++)
                conntrack.Adopt(new FlowTuple { Source = Peer(peer), Destination = self, Protocol = IpProtocol.Tcp, SourcePort = (ushort)(20000 + flow), DestinationPort = Port }, 100_000);
        }
    }

    // Every other address, so that no two merge into a wider block.
    private static IpAddress Peer(int number) => new(IpFamily.V4, (UInt128)(0x0a010000u + ((uint)number * 2)));
}
