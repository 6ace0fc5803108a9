using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Moves addresses of one family from class to class as sets gain and lose them, and remembers where each was before. As long as a
/// moved address is not done with, the view shows it where it was.
/// </summary>
internal sealed class ClassChanges(IpFamily family, PeerClasses classes) : IClassView
{
    private const int MaxPieces = 4_096;

    private readonly AddressSweep _sweep = classes.Of(family);
    private readonly AddressMap _before = AddressMap.Of(family);
    private readonly int _elsewhere = classes.ElsewhereNumber(family);
    private int _pieces;

    public IpFamily Family => family;

    /// <summary>Puts addresses into a set or takes them out. False if it touches too much.</summary>
    public bool TryMove(AddressRange range, int set, bool joins)
    {
        foreach (var piece in _sweep.Addresses.Over(range.First, range.Last, _elsewhere).ToList())
        {
            if (++_pieces > MaxPieces)
                return false;
            foreach (var unknown in _before.Over(piece.First, piece.Last, -1).Where(part => part.Class < 0).ToList())
                _before.Assign(unknown.First, unknown.Last, piece.Class);
            var now = joins ? _sweep.Joined(piece.Class, set) : _sweep.Left(piece.Class, set);
            _sweep.Addresses.Assign(piece.First, piece.Last, now == _elsewhere ? -1 : now);
        }

        return true;
    }

    /// <summary>The addresses that are in another class now, each with its old class and its new one.</summary>
    public List<(ClassRange Was, int Now)> Moves()
    {
        var moves = new List<(ClassRange, int)>();
        foreach (var was in _before.Over(0, family == IpFamily.V4 ? uint.MaxValue : UInt128.MaxValue, -1).Where(part => part.Class >= 0))
        {
            foreach (var now in _sweep.Addresses.Over(was.First, was.Last, _elsewhere))
            {
                if (now.Class != was.Class)
                    moves.Add((new(now.First, now.Last, was.Class), now.Class));
            }
        }

        return moves;
    }

    /// <summary>Shows moved addresses where they are now.</summary>
    public void Done(ClassRange moved) => _before.Assign(moved.First, moved.Last, -1);

    public bool TryAt(UInt128 address, out ClassRange range)
    {
        if (_before.TryAt(address, out range))
            return range.Class != _elsewhere;
        return _sweep.Addresses.TryAt(address, out range);
    }
}
