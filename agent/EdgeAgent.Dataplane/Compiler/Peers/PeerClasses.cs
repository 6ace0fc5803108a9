using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Cuts the address space into classes: addresses of one family that are in exactly the same sets. No rule can tell the members
/// of a class apart, so decisions are made for classes, and only the maps are made of addresses.
/// </summary>
internal sealed class PeerClasses
{
    private readonly List<PeerClass> _classes = [];
    private readonly List<int>[] _bySet;
    private readonly AddressSweep _v4;
    private readonly AddressSweep _v6;
    private readonly PeerClass _elsewhereV4;
    private readonly PeerClass _elsewhereV6;

    private PeerClasses(IReadOnlyList<IReadOnlyList<Cidr>> sets)
    {
        _bySet = new List<int>[sets.Count];
        for (var i = 0; i < _bySet.Length; i++)
            _bySet[i] = [];
        (_v4, _v6) = (new(IpFamily.V4, sets, _classes), new(IpFamily.V6, sets, _classes));
        _elsewhereV4 = _v4.Run();
        ElsewhereNumberV6 = _classes.Count;
        _elsewhereV6 = _v6.Run();
        for (var number = 0; number < _classes.Count; number++)
        {
            if (_classes[number].IsEmpty)
                continue;
            foreach (var set in _classes[number].Sets)
                _bySet[set].Add(number);
        }
    }

    /// <summary>All classes by number; those of addresses that no set holds are empty.</summary>
    public IReadOnlyList<PeerClass> All => _classes;

    public static PeerClasses Of(IReadOnlyList<IReadOnlyList<Cidr>> sets) => new(sets);

    /// <summary>The class of the addresses that no set holds; it has no ranges.</summary>
    public PeerClass Elsewhere(IpFamily family) => family == IpFamily.V4 ? _elsewhereV4 : _elsewhereV6;

    /// <summary>The number of the class of the addresses that no set holds.</summary>
    public int ElsewhereNumber(IpFamily family) => family == IpFamily.V4 ? 0 : ElsewhereNumberV6;

    private int ElsewhereNumberV6 { get; }

    /// <summary>Where the addresses of a family are, and how classes lead to each other.</summary>
    public AddressSweep Of(IpFamily family) => family == IpFamily.V4 ? _v4 : _v6;

    /// <summary>Forgets the ranges of the classes; where each address is stays known.</summary>
    public void ForgetRanges()
    {
        foreach (var peer in _classes)
            peer.ForgetRanges();
    }

    /// <summary>The numbers of the classes that a set is made of.</summary>
    public IReadOnlyList<int> OfSet(int set) => _bySet[set];
}

/// <summary>Addresses that are in exactly the same sets.</summary>
/// <param name="Family">Their family.</param>
/// <param name="Sets">The numbers of the sets, ascending.</param>
internal sealed record PeerClass(IpFamily Family, int[] Sets)
{
    /// <summary>The addresses: disjoint, ascending. Empty once they were forgotten.</summary>
    public List<AddressRange> Ranges { get; private set; } = [];

    /// <summary>The number of addresses; all of a family count as none.</summary>
    public UInt128 Size { get; set; }

    public bool IsEmpty => Size == 0 && Ranges.Count == 0;

    public void Add(AddressRange range)
    {
        Ranges.Add(range);
        Size += range.Last - range.First + 1;
    }

    public void ForgetRanges() => Ranges = [];

    public bool IsIn(int set) => Sets.Length <= 8 ? Sets.AsSpan().Contains(set) : Array.BinarySearch(Sets, set) >= 0;

    public bool IsInAny(int[] sets)
    {
        foreach (var set in sets)
        {
            if (IsIn(set))
                return true;
        }

        return false;
    }
}
