using System.Diagnostics;
using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// What a flood of denied packets costs the host that it is aimed at. The sender needs a core for itself, which a machine of two takes from
/// the clients as well; therefore the same sender at the same pace, aimed at a host that forgets its packets before any rule, is what the rate
/// under the flood is compared with.
/// </summary>
internal static class FloodClaims
{
    private const int Policies = 1_000, PerSecond = 200_000, Rounds = 5, Flows = 4_096;
    private const double MostLost = 0.1;
    private static readonly TimeSpan RoundLength = TimeSpan.FromSeconds(1);

    /// <summary>The legitimate connections that are lost, and what conntrack keeps of denied packets.</summary>
    public static IEnumerable<Claim> Measure()
    {
        using var host = GrantedHost.Compiled(Policies);
        using var elsewhere = new NamespacePair();
        elsewhere.RouteEverything();
        elsewhere.Server.Nft("-f -", "table inet hole { chain in { type filter hook prerouting priority -400; meta l4proto udp drop; }\n}\n");
        var flood = Enumerable.Range(0, Flows).Select(Denied).ToList();
        List<double> unloaded = [], busy = [], flooded = [], rates = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var alone = Connections(host);
            var (beside, _) = During(elsewhere.Client, flood, host);
            var (under, rate) = During(host.Client, flood, host);
            if (round == 0)
                continue;
            unloaded.Add(alone);
            busy.Add(beside);
            flooded.Add(under);
            rates.Add(rate);
        }

        var (quiet, besides, unders, sent) = (Median.Of(unloaded), Median.Of(busy), Median.Of(flooded), Median.Of(rates));
        yield return new("flood.legitimate-lost", 1 - (unders / besides), "share", MostLost, $"{unders:0} connections/s under {sent:0} denied packets/s, {besides:0} with the same sender aimed elsewhere, {quiet:0} without one");

        var before = Tracked(host.Server);
        using (var stream = new PacketStream(host.Client, flood, PerSecond))
            Thread.Sleep(RoundLength);
        yield return new("flood.conntrack-growth", Math.Max(0, Tracked(host.Server) - before), "entries", 0, $"{Flows} denied flows, over and over for {RoundLength.TotalSeconds:0} s; {before} entries before");
    }

    private static (double Connections, double Packets) During(TestNamespace from, List<Packet> flood, GrantedHost host)
    {
        using var stream = new PacketStream(from, flood, PerSecond);
        var (sent, started) = (stream.Sent, Stopwatch.GetTimestamp());
        var connections = Connections(host);
        var packets = (stream.Sent - sent) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        stream.Stop();
        return (connections, packets);
    }

    private static double Connections(GrantedHost host)
    {
        const int batch = 50;
        var (done, started) = (0, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(started) < RoundLength)
        {
            host.Connect(batch);
            done += batch;
        }

        return done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static int Tracked(TestNamespace host) => host.Run(static () => int.Parse(File.ReadAllText("/proc/sys/net/netfilter/nf_conntrack_count"), CultureInfo.InvariantCulture));

    // Peers that no policy grants anything, on ports that others are granted.
    private static Packet Denied(int number) => new(Direction.Inbound, IpAddress.Parse("10.99.0.2"), new(IpFamily.V4, 0xc612_0000u + (uint)number), IpProtocol.Udp, (ushort)(GrantPolicy.FirstPort + (number % 50)))
    {
        SourcePort = (ushort)(1_024 + number),
    };
}
