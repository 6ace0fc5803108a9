using System.Runtime.InteropServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// What a compiled direction can be changed by when sets gain and lose addresses and nothing else changes: which class each address is in,
/// what the stage tables decide on each class, and in which maps that stands. Where a compilation from scratch would make other chains,
/// counters or sets, the change is refused, and the program must not be used any more.
/// </summary>
internal sealed class DirectionProgram
{
    private readonly PeerSets _sets;
    private readonly PeerClasses _classes;
    private readonly StageTables _tables;
    private readonly PeerMap[] _maps;
    private readonly Dictionary<(StageTable Table, Decision Decision, IpFamily Family), int> _classesListed = [];

    public DirectionProgram(PeerSets sets, PeerClasses classes, StageTables tables, IReadOnlyList<PeerMap> maps)
    {
        (_sets, _classes, _tables, _maps) = (sets, classes, tables, [.. maps]);
        sets.ForgetMembers();
        foreach (var map in maps)
            map.Seal();
        classes.ForgetRanges();
        foreach (var table in tables.All)
        {
            foreach (var (number, decision) in table.Listed)
                CollectionsMarshal.GetValueRefOrAddDefault(_classesListed, (table, decision, classes.All[number].Family), out _)++;
        }
    }

    /// <summary>Changes the members of sets.</summary>
    /// <param name="sets">The sets before and after.</param>
    /// <param name="edits">Receives what changes in the kernel's sets.</param>
    public bool TryChange(IReadOnlyList<SetChange> sets, ElementEdits edits)
    {
        ClassChanges[] families = [new(IpFamily.V4, _classes), new(IpFamily.V6, _classes)];
        foreach (var change in sets)
        {
            if (!_sets.TryNumber(change.Set, out var number))
                continue;
            if (!_sets.TryReplace(number, change.From, change.To))
                return false;
            foreach (var (ranges, joins) in new[] { (change.Lost, false), (change.Gained, true) })
            {
                foreach (var range in ranges)
                {
                    if (!families[range.Family == IpFamily.V4 ? 0 : 1].TryMove(range, number, joins))
                        return false;
                }
            }
        }

        return TryFinish(families[0], edits) && TryFinish(families[1], edits);
    }

    private bool TryFinish(ClassChanges changes, ElementEdits edits)
    {
        var moves = changes.Moves();
        if (moves.Count == 0)
            return true;
        if (!TryResize(changes.Family, moves, out var emptied))
            return false;
        foreach (var (was, now) in moves)
        {
            changes.Done(was);
            foreach (var map in _maps)
            {
                if (map.Family == changes.Family && !map.TryChange(was, now, changes, edits))
                    return false;
            }
        }

        return emptied.TrueForAll(TryUnlist) && Array.TrueForAll(_maps, map => map.StillFits);
    }

    /// <summary>Counts the members of classes, and lists those that have members for the first time.</summary>
    private bool TryResize(IpFamily family, List<(ClassRange Was, int Now)> moves, out List<int> emptied)
    {
        emptied = [];
        var elsewhere = _classes.ElsewhereNumber(family);
        var sizes = new Dictionary<int, UInt128>();
        foreach (var (was, now) in moves)
        {
            var count = was.Last - was.First + 1;
            foreach (var number in (ReadOnlySpan<int>)[was.Class, now])
                sizes.TryAdd(number, _classes.All[number].Size);
            if (now != elsewhere)
                _classes.All[now].Size += count;
        }

        foreach (var (was, _) in moves)
        {
            if (was.Class == elsewhere)
                continue;
            var count = was.Last - was.First + 1;
            if (count == 0 || _classes.All[was.Class].Size < count)
                return false;
            _classes.All[was.Class].Size -= count;
        }

        foreach (var (number, before) in sizes)
        {
            if (number == elsewhere)
                continue;
            var after = _classes.All[number].Size;
            if (before == 0 && after != 0 && !TryList(number))
                return false;
            if (before != 0 && after == 0)
                emptied.Add(number);
        }

        return true;
    }

    /// <summary>Lists a class in the tables. False where it would be the first of its decision in its family: that makes rules and counters.</summary>
    private bool TryList(int number)
    {
        foreach (var table in _tables.All)
        {
            if (_tables.DecisionToList(table, number) is not { } decision)
                continue;
            table.Listed.Add(number, decision);
            if (CollectionsMarshal.GetValueRefOrAddDefault(_classesListed, (table, decision, _classes.All[number].Family), out _)++ == 0)
                return false;
        }

        return true;
    }

    /// <summary>Takes a class without members out of the tables. False where it was the last of its decision in its family.</summary>
    private bool TryUnlist(int number)
    {
        foreach (var table in _tables.All)
        {
            if (table.Listed.Remove(number, out var decision) && --_classesListed[(table, decision, _classes.All[number].Family)] == 0)
                return false;
        }

        return true;
    }
}

/// <summary>What changed in one address set.</summary>
/// <param name="Set">Its id.</param>
/// <param name="From">The digest of the members before.</param>
/// <param name="To">The digest of the members after.</param>
/// <param name="Lost">Addresses that are no members any more.</param>
/// <param name="Gained">Addresses that are members now.</param>
internal sealed record SetChange(string Set, Digest From, Digest To, IReadOnlyList<AddressRange> Lost, IReadOnlyList<AddressRange> Gained)
{
    public static SetChange Between(AddressSet from, AddressSet to)
    {
        var (removed, added) = AddressSet.Between(from, to);
        return new(from.Id, from.Digest, to.Digest, CidrSet.Ranges(CidrSet.Except(removed, added)), CidrSet.Ranges(CidrSet.Except(added, removed)));
    }
}
