using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>What a cut came to.</summary>
/// <param name="Tracked">Connections that were looked at.</param>
/// <param name="Cut">Those of them that were cut.</param>
/// <param name="Restored">Those that had been cut and are allowed again.</param>
internal readonly record struct CutResult(int Tracked, int Cut, int Restored);

/// <summary>
/// Rule 8: marks exactly those tracked connections that an enforcement denies, so that the rules drop them in both directions
/// (<see cref="CutMark"/>), and takes the mark from those that it allows again. To be called after the rules are in the kernel.
/// Where the rules know no mark, the connections are forgotten instead, so that their next packet meets the rules. Not for two threads at once.
/// </summary>
/// <param name="byMark">Whether the rules drop by mark.</param>
/// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
internal sealed class FlowCutter(bool byMark, string? networkNamespace) : IDisposable
{
    private const int MostRemembered = 10_000;

    /// <summary>To list so many flows costs as much as another walk of the kernel's table with a filter.</summary>
    private const int FlowsForOneWalk = 4_000;

    /// <summary>To look for the flows of more sockets one by one costs more than another walk.</summary>
    private const int MostSockets = 1_000;

    private readonly ConntrackTable _conntrack = new(networkNamespace);
    private readonly AddressTable _addresses = new(networkNamespace);
    private SocketTable? _sockets;
    private Enforcement? _judged;

    // Those that bear the mark, so that a grant need not ask the kernel for them; null where they are too many to remember.
    private List<Flow>? _marked = [];

    /// <summary>Judges the flows that may be denied since the last call.</summary>
    /// <param name="enforcement">What is in the kernel now.</param>
    /// <param name="everything">Whether to judge all: somebody else may have let flows in meanwhile.</param>
    /// <exception cref="NetlinkException">Not all could be judged; the next call does it again.</exception>
    internal CutResult Cut(Enforcement enforcement, bool everything)
    {
        var scope = everything ? WithdrawalScope.All : WithdrawalScope.Between(_judged, enforcement);
        _judged = null;
        var flows = Read(scope);
        var result = flows.Count == 0 ? default : Judge(enforcement, flows);
        _judged = enforcement;
        return result;
    }

    /// <summary>The table is gone, and with it what was judged.</summary>
    internal void Forget() => _judged = null;

    public void Dispose()
    {
        _conntrack.Dispose();
        _addresses.Dispose();
        _sockets?.Dispose();
    }

    private List<Flow> Read(WithdrawalScope scope)
    {
        if (!scope.Everything && scope.Filters.IsEmpty && _marked is { } known)
            return known;
        var tracked = _conntrack.ReadUse().Entries;
        if (tracked == 0)
            return [];
        if (scope.Everything)
            return _conntrack.ReadAll();
        try
        {
            var (filters, found) = Narrow(scope);
            foreach (var flow in _marked ?? [])
                found[(flow.Original, flow.Id)] = flow;
            if (tracked <= FlowsForOneWalk * (filters.Count - 1))
                return _conntrack.ReadAll();

            // Each is a walk of the kernel's whole table.
            foreach (var flow in filters.SelectMany(_conntrack.Read))
                found[(flow.Original, flow.Id)] = flow;
            return [.. found.Values];
        }
        catch (NetlinkException)
        {
            // Not every kernel can filter by everything or list sockets; all of them can list flows.
            return _conntrack.ReadAll();
        }
    }

    /// <summary>The walks that are needed, and the flows that sockets led to without one.</summary>
    private (List<FlowFilter> Walks, Dictionary<(FlowTuple, uint), Flow> Found) Narrow(WithdrawalScope scope)
    {
        List<FlowFilter> walks = [.. scope.Filters];
        var found = new Dictionary<(FlowTuple, uint), Flow>();
        if (_marked is null)
            walks.Add(new FlowFilter(null) { Mark = CutMark.Bit });
        foreach (var filter in scope.OfSockets)
        {
            _sockets ??= new(networkNamespace);
            var connections = _sockets.ConnectedTo((filter.Source ?? filter.Answerer)!.Value);
            if (connections.Count > MostSockets)
            {
                walks.Add(filter);
                continue;
            }

            foreach (var flow in connections.Select(_conntrack.Find).OfType<Flow>())
                found[(flow.Original, flow.Id)] = flow;
        }

        return (walks, found);
    }

    private CutResult Judge(Enforcement enforcement, List<Flow> flows)
    {
        using var routes = new HostRoutes(networkNamespace);
        var judge = new FlowJudge(enforcement, routes.InterfaceOf);
        var own = _addresses.Read().Select(found => found.Address).ToHashSet();
        var listening = new Lazy<IReadOnlySet<ushort>>(() => EstablishedSockets.Listening(networkNamespace));
        var (denied, granted, marked) = (new List<Flow>(), new List<Flow>(), new List<Flow>());
        foreach (var flow in flows)
        {
            var isMarked = (flow.Mark & CutMark.Bit) != 0;
            var isDenied = HostFlow.Of(flow, own, port => listening.Value.Contains(port)) is { } seen && IsDenied(judge, flow, seen);
            if (isDenied != isMarked)
                (isDenied ? denied : granted).Add(flow);
            if (isDenied && byMark)
                marked.Add(isMarked ? flow : flow with { Mark = flow.Mark | CutMark.Bit });
        }

        var cut = byMark ? _conntrack.SetMark(denied, CutMark.Bit, CutMark.Bit) : _conntrack.Forget(denied);
        var restored = _conntrack.SetMark(granted, 0, CutMark.Bit);
        _marked = marked.Count <= MostRemembered ? marked : null;
        return new(flows.Count, cut, restored);
    }

    // Of a connection through the host that is tracked since its middle nobody here knows who opened it.
    private static bool IsDenied(FlowJudge judge, Flow tracked, HostFlow seen) =>
        !judge.Allows(seen) && !(tracked.PickedUp && seen.IsForwarded && judge.Allows(seen.Reversed()));
}
