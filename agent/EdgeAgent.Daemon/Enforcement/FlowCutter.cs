using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>What a cut came to.</summary>
/// <param name="Tracked">Connections that were looked at.</param>
/// <param name="Cut">Those of them that were forgotten.</param>
internal readonly record struct CutResult(int Tracked, int Cut);

/// <summary>
/// Rule 8: forgets exactly those tracked connections that an enforcement denies, so that their next packet meets the rules.
/// To be called after the rules are in the kernel.
/// </summary>
internal sealed class FlowCutter(string? networkNamespace) : IDisposable
{
    private readonly ConntrackTable _conntrack = new(networkNamespace);

    internal CutResult Cut(Enforcement enforcement)
    {
        var judge = new FlowJudge(enforcement);
        var own = InterfaceAddresses.All(networkNamespace).ToHashSet();
        var flows = _conntrack.ReadAll();
        var cut = 0;
        foreach (var flow in flows)
        {
            if (HostFlow.Of(flow, own) is { } seen && !judge.Allows(seen) && _conntrack.Forget(flow))
                cut++;
        }

        return new(flows.Count, cut);
    }

    public void Dispose() => _conntrack.Dispose();
}
