using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What every identity's blocks leave for every other, in both directions.</summary>
internal sealed class ResidueMatrix
{
    private readonly Residue[][] _inbound;
    private readonly Residue[][] _outbound;

    public ResidueMatrix(ImmutableArray<Identity> identities, Func<ImmutableArray<Identity>, Identity, Direction, Residue[]> residuesOf)
    {
        Identities = identities;
        _inbound = [.. identities.Select(subject => residuesOf(identities, subject, Direction.Inbound))];
        _outbound = [.. identities.Select(subject => residuesOf(identities, subject, Direction.Outbound))];
    }

    public ImmutableArray<Identity> Identities { get; }

    /// <summary>What the subject's blocks in its direction leave for the host.</summary>
    public Residue Of(Direction direction, int subject, int host) => (direction == Direction.Inbound ? _inbound : _outbound)[subject][host];
}
