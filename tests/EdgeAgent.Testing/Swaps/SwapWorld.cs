using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>
/// A host's policy that changes in one random way after another, while the flows of <see cref="StreamFlows"/> keep their verdicts: each swap
/// of the kernel's table from one of these policies to the next must lose none of the allowed packets and let none of the denied through.
/// </summary>
public sealed class SwapWorld
{
    private const int MostSets = 120;
    private readonly Random _random;
    private readonly SwapMoves _moves;
    private int _swaps;

    /// <summary>Worlds of one seed are the same.</summary>
    public SwapWorld(int seed)
    {
        _random = new(seed);
        _moves = new(_random);
        Policy = _moves.Fresh();
    }

    /// <summary>The policy now.</summary>
    public HostPolicy Policy { get; private set; }

    /// <summary>Changes the policy, each kind of change as often as the others.</summary>
    public SwapKind Next()
    {
        var kinds = Enum.GetValues<SwapKind>();
        // What has grown over many swaps begins anew, so that later swaps are like the first.
        var kind = Policy.Sets.Count > MostSets ? SwapKind.Everything : kinds[_swaps++ % kinds.Length];
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var next = _moves.Of(kind, Policy);
            if (HostPolicyDigest.Of(next) == HostPolicyDigest.Of(Policy) || !StreamFlows.HoldIn(next))
                continue;
            Policy = next with { Revision = new(Policy.Revision.Number + 1) };
            return kind;
        }

        throw new InvalidOperationException($"no {kind} keeps the verdicts of the streams");
    }
}
