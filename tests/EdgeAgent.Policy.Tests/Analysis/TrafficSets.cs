using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>Sets of traffic: algebra, canonical form and words.</summary>
public sealed class TrafficSets
{
    private static readonly PortRange[] Http = [PortRange.Single(80)];

    [Fact]
    public void Words_are_the_shorter_of_what_is_in_it_and_what_is_not()
    {
        var http = TrafficSet.Of(IpProtocol.Tcp, Http);
        Assert.Equal("none", TrafficSet.None.ToString());
        Assert.Equal("any", TrafficSet.All.ToString());
        Assert.Equal("TCP/80", http.ToString());
        Assert.Equal("any but TCP/80", TrafficSet.All.Except(http).ToString());
        Assert.Equal("TCP/80; UDP", http.Union(TrafficSet.Of(IpProtocol.Udp)).ToString());
        Assert.Equal("TCP/79-81,443", TrafficSet.Of(IpProtocol.Tcp, new PortRange(79, 80), new PortRange(80, 81), PortRange.Single(443)).ToString());
        Assert.Equal("47", TrafficSet.Of(new IpProtocol(47)).ToString());
    }

    /// <summary>Sets made of random matches behave as sets of packets do, and equal sets are equal however they were made.</summary>
    [Fact]
    public void Algebra_is_that_of_sets_of_packets()
    {
        var random = new Random(1);
        var matches = new RandomMatches(random);
        var packets = BoundaryPackets.Between(IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.2")).ToList();
        for (var i = 0; i < 400; i++)
        {
            var (a, b, c) = (Some(matches), Some(matches), Some(matches));
            foreach (var packet in packets)
            {
                Assert.Equal(Has(a, packet) || Has(b, packet), Has(a.Union(b), packet));
                Assert.Equal(Has(a, packet) && Has(b, packet), Has(a.Intersect(b), packet));
                Assert.Equal(Has(a, packet) && !Has(b, packet), Has(a.Except(b), packet));
            }

            Assert.Equal(a.Intersect(b.Union(c)), a.Intersect(b).Union(a.Intersect(c)));
            Assert.Equal(a.Except(b).Except(c), a.Except(b.Union(c)));
            Assert.Equal(TrafficSet.All.Except(TrafficSet.All.Except(a)), a);
            Assert.Equal(a.Overlaps(b), !a.Intersect(b).IsNone);
        }
    }

    private static TrafficSet Some(RandomMatches matches) =>
        TrafficExpansion.Forms(matches.Traffic(), [], []).Aggregate(TrafficSet.None, (all, form) => all.Union(TrafficSet.Of(form)));

    private static bool Has(TrafficSet set, Packet packet) => packet.Protocol.HasIcmpType
        ? set.Contains(packet.Protocol, packet.IcmpType, packet.IcmpCode)
        : set.Contains(packet.Protocol, packet.Port, packet.SourcePort);
}
