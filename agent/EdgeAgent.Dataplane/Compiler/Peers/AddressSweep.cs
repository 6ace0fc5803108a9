using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Walks the blocks of all sets of one family in ascending order and collects the addresses between any two borders
/// under the sets that are open there. Steps from class to class are remembered, so that each costs one look-up.
/// </summary>
internal sealed class AddressSweep
{
    private readonly IpFamily _family;
    private readonly List<PeerClass> _classes;
    private readonly Dictionary<(int Class, int Set), int> _withSet = [];
    private readonly Dictionary<(int Class, int Set), int> _withoutSet = [];
    private readonly Dictionary<int[], int> _bySets = new(new SequenceComparer());
    private readonly UInt128[] _firsts;
    private readonly (UInt128 Last, int Set)[] _blocks;

    /// <summary>Prepares a walk over sets of disjoint blocks; what it finds goes to the list of classes.</summary>
    public AddressSweep(IpFamily family, IReadOnlyList<IReadOnlyList<Cidr>> sets, List<PeerClass> classes)
    {
        (_family, _classes) = (family, classes);
        var count = 0;
        foreach (var members in sets)
            count += Count(members);
        (_firsts, _blocks) = (new UInt128[count], new (UInt128, int)[count]);
        var i = 0;
        for (var set = 0; set < sets.Count; set++)
        {
            foreach (var block in sets[set])
            {
                if (block.Family != family)
                    continue;
                _firsts[i] = block.Network.Bits;
                _blocks[i++] = (block.IsSingle ? block.Network.Bits : block.Last.Bits, set);
            }
        }

        Array.Sort(_firsts, _blocks);
    }

    /// <summary>Adds the family's classes and returns the one of the addresses that no set holds.</summary>
    public PeerClass Run()
    {
        var elsewhere = Class([]);
        var open = new PriorityQueue<int, UInt128>();
        var (current, position, i) = (elsewhere, UInt128.Zero, 0);
        while (i < _firsts.Length || open.Count > 0)
        {
            if (open.Count == 0)
                position = _firsts[i];
            var here = current;
            for (; i < _firsts.Length && _firsts[i] == position; i++)
            {
                var (last, set) = _blocks[i];
                here = Step(_withSet, here, set, true);
                if (last == position)
                    continue;
                current = Step(_withSet, current, set, true);
                open.Enqueue(set, last);
            }

            var end = here != current ? position : End(open, i);
            _classes[here].Ranges.Add(new(_family, position, end));
            while (open.TryPeek(out var closing, out var last) && last == end)
            {
                open.Dequeue();
                current = Step(_withoutSet, current, closing, false);
            }

            position = end + 1;
        }

        return _classes[elsewhere];
    }

    private UInt128 End(PriorityQueue<int, UInt128> open, int next)
    {
        open.TryPeek(out _, out var last);
        return next < _firsts.Length ? UInt128.Min(last, _firsts[next] - 1) : last;
    }

    private int Count(IReadOnlyList<Cidr> members)
    {
        var count = 0;
        foreach (var block in members)
            count += block.Family == _family ? 1 : 0;
        return count;
    }

    private int Step(Dictionary<(int, int), int> steps, int from, int set, bool add)
    {
        if (!steps.TryGetValue((from, set), out var to))
        {
            var sets = _classes[from].Sets;
            steps.Add((from, set), to = Class(add ? With(sets, set) : Array.FindAll(sets, other => other != set)));
        }

        return to;
    }

    private int Class(int[] sets)
    {
        if (!_bySets.TryGetValue(sets, out var number))
        {
            number = _classes.Count;
            _classes.Add(new(_family, sets));
            _bySets.Add(sets, number);
        }

        return number;
    }

    private static int[] With(int[] sets, int set)
    {
        var at = ~Array.BinarySearch(sets, set);
        var result = new int[sets.Length + 1];
        sets.AsSpan(0, at).CopyTo(result);
        result[at] = set;
        sets.AsSpan(at).CopyTo(result.AsSpan(at + 1));
        return result;
    }

    private sealed class SequenceComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] sets)
        {
            var hash = new HashCode();
            foreach (var set in sets)
                hash.Add(set);
            return hash.ToHashCode();
        }
    }
}
