using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// What one stage says of one cell's peers. Only what differs from the wider cell's table is listed; a peer that neither lists
/// is decided like all addresses that no set holds.
/// </summary>
internal sealed class StageTable
{
    /// <summary>The stage's index.</summary>
    public required int Stage { get; init; }

    /// <summary>The cell that the table was made for; cells of equal rules share it.</summary>
    public required TrafficCell Cell { get; init; }

    /// <summary>The table of the wider cell, which goes on where this one lists nothing; null for none.</summary>
    public required StageTable? Wider { get; init; }

    /// <summary>The decision on IPv4 peers that no table lists.</summary>
    public required Decision ElsewhereV4 { get; init; }

    /// <summary>The decision on IPv6 peers that no table lists.</summary>
    public required Decision ElsewhereV6 { get; init; }

    /// <summary>Decisions by class number, for classes that have addresses.</summary>
    public required Dictionary<int, Decision> Listed { get; init; }

    /// <summary>Which peers are logged, for each policy with Log rules.</summary>
    public required IReadOnlyList<LogTable> Logs { get; init; }

    /// <summary>Whether the rules look at the peer at all, whoever the members of its sets are now.</summary>
    public required bool LooksAtPeer { get; init; }

    /// <summary>The listed decision on a class; null where none is.</summary>
    public Decision? Find(int peer) => Listed.TryGetValue(peer, out var decision) ? decision : Wider?.Find(peer);

    public Decision Elsewhere(IpFamily family) => family == IpFamily.V4 ? ElsewhereV4 : ElsewhereV6;
}

/// <summary>The peers that Log rules of one policy reach.</summary>
/// <param name="Policy">What the kernel calls the policy.</param>
/// <param name="Logged">Classes that are logged.</param>
/// <param name="NotLogged">Classes that are not.</param>
/// <param name="ElsewhereV4">Whether IPv4 peers that no set holds are logged.</param>
/// <param name="ElsewhereV6">Whether IPv6 peers that no set holds are logged.</param>
internal sealed record LogTable(string Policy, IReadOnlyList<int> Logged, IReadOnlyList<int> NotLogged, bool ElsewhereV4, bool ElsewhereV6);
