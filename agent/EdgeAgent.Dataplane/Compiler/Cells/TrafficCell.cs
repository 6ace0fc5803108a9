using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Traffic of one direction that no rule tells apart but by its peer: a protocol, ports, and side conditions.
/// A cell is described by what differs from a wider one: a port from its protocol, a protocol from all the rest.
/// </summary>
internal sealed class TrafficCell
{
    private readonly Dictionary<int, BlockRules> _blocks = [];
    private readonly HashSet<int> _removed;
    private readonly List<SideCell> _sides = [];

    /// <param name="name">The chain's name for this traffic.</param>
    /// <param name="parent">The wider cell; null for the one of all other traffic.</param>
    /// <param name="added">Rules that the parent does not have, by ordinal.</param>
    /// <param name="removed">Rules of the parent, or of one above it, that do not apply.</param>
    public TrafficCell(string name, TrafficCell? parent, IEnumerable<PeerRule> added, IEnumerable<PeerRule> removed)
    {
        (Name, Parent) = (name, parent);
        Added = [.. added.OrderBy(rule => rule.Ordinal)];
        Removed = [.. removed];
        _removed = [.. Removed.Select(rule => rule.Ordinal)];
        foreach (var rule in Added)
        {
            if (!_blocks.TryGetValue(rule.Placed.Block, out var block))
                _blocks.Add(rule.Placed.Block, block = new());
            block.Add(rule);
        }
    }

    public string Name { get; }

    public TrafficCell? Parent { get; }

    public IReadOnlyList<PeerRule> Added { get; }

    public IReadOnlyList<PeerRule> Removed { get; }

    /// <summary>Parts of this traffic that side conditions set apart; the cell itself is what remains.</summary>
    public IReadOnlyList<SideCell> Sides => _sides;

    /// <summary>The cell's own rules of a block; null for none.</summary>
    public BlockRules? Rules(int block) => _blocks.GetValueOrDefault(block);

    /// <summary>Whether a rule that a cell above adds does not apply here.</summary>
    public bool Removes(PeerRule rule, TrafficCell owner)
    {
        for (var cell = this; cell != owner; cell = cell.Parent!)
        {
            if (cell._removed.Count > 0 && cell._removed.Contains(rule.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>The number of rules of the block, here and above, that come before an ordinal.</summary>
    public int CountBefore(int block, int ordinal)
    {
        var count = 0;
        for (var cell = this; cell is not null; cell = cell.Parent)
            count += cell.Rules(block)?.CountBefore(ordinal) ?? 0;
        return count;
    }

    public void Add(SideCell side) => _sides.Add(side);
}

/// <summary>A part of a cell's traffic.</summary>
/// <param name="Matches">Steps of which one must match.</param>
/// <param name="Cell">The part.</param>
internal sealed record SideCell(IReadOnlyList<EquatableArray<Expression>> Matches, TrafficCell Cell);
