using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A condition on the other end in the terms of compiled rules.</summary>
/// <param name="Matches">The matches that it stands for, as alternatives; empty for anything.</param>
/// <param name="AnyOf">Ids of address sets of which one holds the peer; empty for no such condition.</param>
/// <param name="NoneOf">Ids of address sets of which none does.</param>
internal sealed record PeerCondition(EquatableArray<PeerMatch> Matches, EquatableArray<string> AnyOf, EquatableArray<string> NoneOf)
{
    public static PeerCondition Any { get; } = new([], [], []);

    /// <summary>Ids of port sets of which one holds the peer's address, the protocol and the destination port.</summary>
    public EquatableArray<string> Ports { get; init; }

    /// <summary>The condition met by port sets, which hold the addresses of the matches alone.</summary>
    public PeerCondition AtPorts(EquatableArray<string> ports) => new(Matches, [], []) { Ports = ports };
}
