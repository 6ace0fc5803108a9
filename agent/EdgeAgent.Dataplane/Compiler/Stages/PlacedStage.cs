using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>A block without its rules.</summary>
/// <param name="Number">Unique in the direction.</param>
/// <param name="End">What follows the last rule.</param>
/// <param name="EndPolicy">What the kernel calls the policy of a denying end.</param>
internal sealed record PlacedBlock(int Number, BlockEnd End, string EndPolicy);

/// <summary>A branch of a stage.</summary>
/// <param name="Set">The number of its peer set; null for all peers.</param>
/// <param name="Blocks">Its blocks in order.</param>
internal sealed record PlacedBranch(int? Set, IReadOnlyList<PlacedBlock> Blocks);

/// <summary>A stage whose branches are found by the sets that hold the peer.</summary>
internal sealed class PlacedStage
{
    private readonly IReadOnlyList<PlacedBranch> _branches;
    private readonly Dictionary<int, int> _bySet = [];
    private readonly int _everyone = int.MaxValue;

    public PlacedStage(IReadOnlyList<PlacedBranch> branches, InterfaceMatch? interfaces)
    {
        (_branches, Interface) = (branches, interfaces);
        for (var i = branches.Count - 1; i >= 0; i--)
        {
            if (branches[i].Set is { } set)
                _bySet[set] = i;
            else
                _everyone = i;
        }
    }

    /// <summary>The interfaces that it is about; null for all.</summary>
    public InterfaceMatch? Interface { get; }

    /// <summary>The numbers of the branches' peer sets.</summary>
    public IReadOnlyCollection<int> Sets => _bySet.Keys;

    /// <summary>The branch that decides for a peer; null where none does and the stage allows.</summary>
    public PlacedBranch? For(PeerClass peer)
    {
        var first = _everyone;
        if (_bySet.Count > 0)
        {
            foreach (var set in peer.Sets)
                first = Math.Min(first, _bySet.GetValueOrDefault(set, int.MaxValue));
        }

        return first == int.MaxValue ? null : _branches[first];
    }
}
