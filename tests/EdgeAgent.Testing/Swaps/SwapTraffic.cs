using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>What became of the streams: packets that a swap lost or let through are the sum of both directions.</summary>
/// <param name="Allowed">Allowed packets that came to a hook.</param>
/// <param name="Denied">Denied packets that came to a hook.</param>
/// <param name="Lost">Allowed packets that did not pass.</param>
/// <param name="Leaked">Denied packets that passed.</param>
public readonly record struct SwapTotals(long Allowed, long Denied, long Lost, long Leaked)
{
    /// <summary>What happened between two totals.</summary>
    public static SwapTotals operator -(SwapTotals after, SwapTotals before) =>
        new(after.Allowed - before.Allowed, after.Denied - before.Denied, after.Lost - before.Lost, after.Leaked - before.Leaked);
}

/// <summary>The streams of <see cref="StreamFlows"/> to and from a host, counted in its kernel.</summary>
public sealed class SwapTraffic : IDisposable
{
    private readonly NamespacePair _pair = new();
    private readonly PacketTally _tally;
    private readonly List<PacketStream> _streams = [];

    /// <summary>Nothing is sent yet.</summary>
    public SwapTraffic()
    {
        _pair.RouteEverything([.. StreamFlows.Own]);
        _tally = new(_pair.Server, StreamFlows.AllowedFrom, StreamFlows.DeniedFrom);
    }

    /// <summary>The host that the streams go to and come from.</summary>
    public TestNamespace Host => _pair.Server;

    /// <summary>Begins to send both ways; returns once packets of each kind have come.</summary>
    /// <param name="inboundPerSecond">Packets a second towards the host, allowed and denied together.</param>
    /// <param name="outboundPerSecond">Packets a second from the host.</param>
    public void Start(int inboundPerSecond, int outboundPerSecond)
    {
        _streams.Add(new(_pair.Client, StreamFlows.Of(Direction.Inbound), inboundPerSecond));
        _streams.Add(new(_pair.Server, StreamFlows.Of(Direction.Outbound), outboundPerSecond));
        while (_tally.Read().Values.Any(static tally => tally.Came == 0))
            Thread.Sleep(10);
    }

    /// <summary>Ends the streams and waits until nothing is on its way.</summary>
    public SwapTotals Stop()
    {
        foreach (var stream in _streams)
            stream.Stop();
        var totals = Read();
        while (true)
        {
            Thread.Sleep(20);
            var later = Read();
            if (later == totals)
                return totals;
            totals = later;
        }
    }

    /// <summary>The totals now; packets that are between both counts seem lost, if they are allowed.</summary>
    public SwapTotals Read()
    {
        var tallies = _tally.Read();
        Tally Both(ushort port) => new(tallies.Where(each => each.Key.SourcePort == port).Sum(static each => each.Value.Came), tallies.Where(each => each.Key.SourcePort == port).Sum(static each => each.Value.Left));
        var (allowed, denied) = (Both(StreamFlows.AllowedFrom), Both(StreamFlows.DeniedFrom));
        return new(allowed.Came, denied.Came, allowed.Missing, denied.Left);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stream in _streams)
            stream.Dispose();
        _pair.Dispose();
    }
}
