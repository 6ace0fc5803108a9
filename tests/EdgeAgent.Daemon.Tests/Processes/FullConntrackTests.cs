using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>
/// A host that tracks as many connections as it may. The kernel counts them for each network namespace by itself
/// (<c>nf_conntrack_max</c> in <c>__nf_conntrack_alloc</c>), so that others track theirs meanwhile.
/// </summary>
[Collection(OtherProcessCollection.Name)]
public sealed class FullConntrackTests : IAsyncLifetime
{
    private const int Open = 9080, Closed = 9081;

    private static readonly IpAddress Elsewhere = IpAddress.Parse("10.255.0.1");

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_full_table_lets_nothing_new_in_cuts_nothing_that_is_allowed_and_holds_up_no_policy()
    {
        _lab.Serve(Open);
        _lab.Serve(Closed);
        var other = _lab.Pair.AddClientAddress("10.99.0.77");
        var both = Policies.Inbound(7, Open, "10.99.0.1", "10.99.0.77");
        var controlPlane = await _lab.StartControlPlaneAsync(both);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(both);
        using var kept = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4, Open);
        using var withdrawn = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, other, Open);
        Assert.True(kept.Works() && withdrawn.Works());

        using var conntrack = new ConntrackTable(_lab.Host.Path);
        Fill(conntrack);
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Open));
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        Assert.True(kept.Works());
        await AgentLab.UntilAsync(() => _lab.Status()?.ShadowedBy.Any(what => what.StartsWith("connection tracking:", StringComparison.Ordinal)) == true, "a status that says so", () => agent.Output);

        var one = Policies.Inbound(8, Open, "10.99.0.1");
        controlPlane.Publish(one);
        await controlPlane.RealizedAsync(one);
        Assert.False(withdrawn.Works());
        Assert.True(kept.Works());

        conntrack.Forget(new FlowFilter(IpFamily.V4) { Destination = Elsewhere });
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Open));
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Closed));
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Open, other));
    }

    /// <summary>Tracks connections of others, established ones that the kernel forgets for no new one, until it takes no more.</summary>
    private static void Fill(ConntrackTable conntrack)
    {
        try
        {
            for (var number = 0u; ; number++)
            {
                conntrack.Adopt(
                    new() { Source = new(IpFamily.V4, 0x0ac80000u + (number >> 15)), SourcePort = (ushort)(0x8000 | (number & 0x7fff)), Destination = Elsewhere, DestinationPort = 443, Protocol = IpProtocol.Tcp },
                    timeoutSeconds: 600);
            }
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENOMEM)
        {
            Assert.InRange(conntrack.ReadUse().Entries, conntrack.ReadUse().Limit - 1, long.MaxValue);
        }
    }
}
