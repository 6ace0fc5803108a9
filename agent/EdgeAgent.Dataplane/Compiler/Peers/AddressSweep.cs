using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Walks the blocks of all sets of one family in ascending order and collects the addresses between any two borders
/// under the sets that are open there. Steps from class to class are remembered, so that each costs one look-up, also afterwards
/// when a set gains or loses addresses.
/// </summary>
internal sealed class AddressSweep
{
    private readonly IpFamily _family;
    private readonly List<PeerClass> _classes;
    private readonly Dictionary<(int Class, int Set), int> _withSet = [];
    private readonly Dictionary<(int Class, int Set), int> _withoutSet = [];
    private readonly Dictionary<int[], int> _bySets = new(new SequenceComparer());
    private Block[] _blocks;
    private readonly List<int> _starting = [];

    /// <summary>Prepares a walk over sets of disjoint blocks; what it finds goes to the list of classes.</summary>
    public AddressSweep(IpFamily family, IReadOnlyList<IReadOnlyList<Cidr>> sets, List<PeerClass> classes)
    {
        (_family, _classes, Addresses) = (family, classes, AddressMap.Of(family));
        var count = 0;
        foreach (var members in sets)
            count += Count(members);
        _blocks = new Block[count];
        var i = 0;
        for (var set = 0; set < sets.Count; set++)
        {
            foreach (var block in sets[set])
            {
                if (block.Family == family)
                    _blocks[i++] = new(block.Network.Bits, block.IsSingle ? block.Network.Bits : block.Last.Bits, set);
            }
        }

        Sort();
    }

    /// <summary>The class of each address that some set holds.</summary>
    public AddressMap Addresses { get; }

    /// <summary>The class of the addresses of a class that a set gains.</summary>
    public int Joined(int peerClass, int set) => Step(_withSet, peerClass, set, true);

    /// <summary>The class of the addresses of a class that a set loses.</summary>
    public int Left(int peerClass, int set) => Step(_withoutSet, peerClass, set, false);

    /// <summary>Adds the family's classes and returns the one of the addresses that no set holds.</summary>
    public PeerClass Run()
    {
        var elsewhere = Class([]);
        var open = new PriorityQueue<int, UInt128>();
        var (current, position, i) = (elsewhere, UInt128.Zero, 0);
        while (i < _blocks.Length || open.Count > 0)
        {
            if (open.Count == 0)
                position = _blocks[i].First;
            _starting.Clear();
            for (; i < _blocks.Length && _blocks[i].First == position; i++)
            {
                if (_blocks[i].Last == position)
                {
                    _starting.Add(_blocks[i].Set);
                    continue;
                }

                current = Step(_withSet, current, _blocks[i].Set, true);
                open.Enqueue(_blocks[i].Set, _blocks[i].Last);
            }

            var end = _starting.Count > 0 ? position : End(open, i);
            var number = WithStarting(current);
            _classes[number].Add(new(_family, position, end));
            Addresses.Assign(position, end, number);
            while (open.TryPeek(out var closing, out var last) && last == end)
            {
                open.Dequeue();
                current = Step(_withoutSet, current, closing, false);
            }

            position = end + 1;
        }

        _blocks = [];
        return _classes[elsewhere];
    }

    /// <summary>Sorts by first address; IPv4 as one number of address and place, which sorts much faster.</summary>
    private void Sort()
    {
        if (_family == IpFamily.V6)
        {
            Array.Sort(_blocks, (a, b) => a.First.CompareTo(b.First));
            return;
        }

        if (IsSorted())
            return;

        var keys = new ulong[_blocks.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((ulong)_blocks[i].First << 32) | (uint)i;
        Array.Sort(keys);
        var unsorted = _blocks.AsSpan().ToArray();
        for (var i = 0; i < keys.Length; i++)
            _blocks[i] = unsorted[(uint)keys[i]];
    }

    private bool IsSorted()
    {
        for (var i = 1; i < _blocks.Length; i++)
        {
            if (_blocks[i - 1].First > _blocks[i].First)
                return false;
        }

        return true;
    }

    private UInt128 End(PriorityQueue<int, UInt128> open, int next)
    {
        open.TryPeek(out _, out var last);
        return next < _blocks.Length ? UInt128.Min(last, _blocks[next].First - 1) : last;
    }

    /// <summary>The class of one address: the open sets and those that hold this address alone.</summary>
    private int WithStarting(int current)
    {
        if (_starting.Count == 0)
            return current;
        if (_starting.Count == 1)
            return Step(_withSet, current, _starting[0], true);
        int[] sets = [.. _classes[current].Sets, .. _starting];
        Array.Sort(sets);
        return Class(sets);
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
        if (at < 0)
            return sets;
        var result = new int[sets.Length + 1];
        sets.AsSpan(0, at).CopyTo(result);
        result[at] = set;
        sets.AsSpan(at).CopyTo(result.AsSpan(at + 1));
        return result;
    }

    private readonly record struct Block(UInt128 First, UInt128 Last, int Set);

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
