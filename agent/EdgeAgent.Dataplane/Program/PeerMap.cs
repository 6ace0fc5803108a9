using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The class of each address as it is at one moment of a change.</summary>
internal interface IClassView
{
    /// <summary>The class of an address and the addresses around it that are known to share it; false where no set holds it.</summary>
    bool TryAt(UInt128 address, out ClassRange range);
}

/// <summary>One family of a map of peers: which classes it holds, and in which sets of the kernel they lie.</summary>
internal sealed class PeerMap(PeerMapSource source, IpFamily family, PeerMapLayout layout)
{
    /// <summary>The most neighbouring ranges that are looked at for one change.</summary>
    private const int MaxNeighbours = 4_096;

    private bool _changed;

    public IpFamily Family => family;

    /// <summary>Lets go of what only a compilation needs.</summary>
    public void Seal() => source.Seal();

    /// <summary>Whether a compilation would lay out the same sets.</summary>
    public bool StillFits => !_changed || layout.StillFits;

    /// <summary>What the map holds for a class; null for nothing.</summary>
    public ElementValue? ValueOf(int peerClass) => source.ValueOf(peerClass);

    /// <summary>
    /// Gives addresses that had one value another one. Neighbours of equal value are one run, whose blocks may part and merge.
    /// </summary>
    /// <param name="changed">The addresses, with their old class.</param>
    /// <param name="to">Their new class.</param>
    /// <param name="others">The classes of all other addresses.</param>
    /// <param name="edits">Receives what changes in the sets.</param>
    /// <returns>False if it cannot be told for sure what a compilation would lay out.</returns>
    public bool TryChange(ClassRange changed, int to, IClassView others, ElementEdits edits)
    {
        var (before, after) = (ValueOf(changed.Class), ValueOf(to));
        if (Equals(before, after))
            return true;
        if (Run(changed.First, up: false, before, after, others) is not { } left || Run(changed.Last, up: true, before, after, others) is not { } right)
            return false;
        _changed = true;
        var listed = PeerRanges.ShortestListed(family, layout.SmallBlockAddresses);
        var old = Laid([left, new(changed.First, changed.Last, before), right], listed);
        var now = Laid([left, new(changed.First, changed.Last, after), right], listed);
        layout.SmallBlockAddresses += now.SmallBlockAddresses - old.SmallBlockAddresses;
        return PeerRanges.ShortestListed(family, layout.SmallBlockAddresses) == listed && TryEdit(old, now, edits);
    }

    /// <summary>The run of neighbours of the old or the new value on one side; one without value where there is none.</summary>
    private PeerRange? Run(UInt128 border, bool up, ElementValue? before, ElementValue? after, IClassView others)
    {
        var top = family == IpFamily.V4 ? uint.MaxValue : UInt128.MaxValue;
        var run = default(PeerRange);
        for (var steps = 0; border != (up ? top : 0); steps++)
        {
            if (!others.TryAt(up ? border + 1 : border - 1, out var next) || ValueOf(next.Class) is not { } value)
                break;
            if (steps == MaxNeighbours)
                return null;
            if (run.Value is null ? !(Equals(value, before) || Equals(value, after)) : !Equals(value, run.Value))
                break;
            run = run.Value is null ? new(next.First, next.Last, value) : up ? run with { Last = next.Last } : run with { First = next.First };
            border = up ? next.Last : next.First;
        }

        return run;
    }

    private PeerRanges Laid(ReadOnlySpan<PeerRange> pieces, int listed)
    {
        var laid = new PeerRanges();
        PeerRange? run = null;
        foreach (var piece in pieces)
        {
            if (piece.Value is null)
                continue;
            if (run is { } open && open.Last + 1 == piece.First && piece.First != 0 && Equals(open.Value, piece.Value))
            {
                run = open with { Last = piece.Last };
                continue;
            }

            if (run is { } ended)
                laid.Add(family, ended, listed);
            run = piece;
        }

        if (run is { } last)
            laid.Add(family, last, listed);
        return laid;
    }

    private bool TryEdit(PeerRanges old, PeerRanges now, ElementEdits edits)
    {
        if (!TryEdit(layout.Singles, old.Singles, now.Singles, edits))
            return false;
        var (intervalsBefore, intervalsNow) = (old.Intervals(), now.Intervals());
        layout.IntervalCount += intervalsNow.Count - intervalsBefore.Count;
        if (layout.ByLength.Count == 0)
            return TryEdit(layout.Intervals, intervalsBefore, intervalsNow, edits);
        foreach (var length in old.Blocks.Concat(now.Blocks).Select(block => (int)block.Block.Length).Distinct().ToList())
        {
            if (!TryEdit(layout.ByLength.GetValueOrDefault(length), OfLength(old, length), OfLength(now, length), edits))
                return false;
        }

        return true;
    }

    private static bool TryEdit(PeerSet? set, List<PeerRange> old, List<PeerRange> now, ElementEdits edits)
    {
        var (i, j) = (0, 0);
        while (i < old.Count || j < now.Count)
        {
            if (i < old.Count && j < now.Count && old[i] == now[j])
            {
                i++;
                j++;
                continue;
            }

            if (set is null)
                return false;
            var removes = j == now.Count || (i < old.Count && old[i].First <= now[j].First);
            if (removes)
                edits.Remove(set.Schema, old[i++]);
            else
                edits.Add(set.Schema, now[j++]);
            set.Count += removes ? -1 : 1;
        }

        return true;
    }

    private static List<PeerRange> OfLength(PeerRanges ranges, int length) =>
        [.. ranges.Blocks.Where(block => block.Block.Length == length).Select(block => new PeerRange(block.Block.Network.Bits, block.Block.Network.Bits, block.Value))];
}
