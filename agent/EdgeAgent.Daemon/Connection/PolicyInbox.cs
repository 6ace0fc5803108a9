using EdgeAgent.Contracts;
using EdgeAgent.Wire;

namespace EdgeAgent.Daemon;

/// <summary>What a message about policy came to.</summary>
internal abstract record InboxResult;

/// <summary>The host now has this policy.</summary>
internal sealed record PolicyArrived(PolicyVersion Policy) : InboxResult;

/// <summary>The message does not fit what the host has; a snapshot is needed.</summary>
internal sealed record SnapshotNeeded(string Reason) : InboxResult;

/// <summary>The message says nothing new.</summary>
internal sealed record NothingNew : InboxResult;

/// <summary>
/// The host's side of one stream of snapshots and deltas: what the sender thinks that the host has, whether the host enforces it or not.
/// </summary>
internal sealed class PolicyInbox
{
    private readonly PolicyVersion? _announced;
    private bool _snapshotAwaited;

    /// <param name="announced">What the hello said that the host has; null for nothing.</param>
    internal PolicyInbox(PolicyVersion? announced) => (_announced, Newest) = (announced, announced);

    /// <summary>The newest policy of the stream.</summary>
    internal PolicyVersion? Newest { get; private set; }

    internal InboxResult Accept(Wire.V1.Snapshot snapshot) => Read($"snapshot of revision {snapshot.Revision}", () =>
    {
        _snapshotAwaited = false;
        return PolicyVersion.Of(HostPolicyMapping.FromWire(snapshot, HeldSet));
    });

    internal InboxResult Accept(Wire.V1.Delta delta)
    {
        if (_snapshotAwaited)
            return new NothingNew();
        return Newest is { } held
            // The delta proves its base and its result.
            ? Read($"delta to revision {delta.Revision}", () => held.After(HostPolicyMapping.FromWire(delta)))
            : Need($"delta to revision {delta.Revision}: the host has no policy that it could apply to");
    }

    internal InboxResult Accept(Wire.V1.InSync mark)
    {
        if (_snapshotAwaited)
            return new NothingNew();
        if (Newest is not { } held)
            return mark.Digest.Length == 0 ? new NothingNew() : Need($"in sync at revision {mark.Revision}, but the host has no policy");
        if (held.Digest.Hex != mark.Digest)
            return Need($"in sync at revision {mark.Revision}, but the host has {held} and not '{mark.Digest}'");
        return Read($"in-sync mark of revision {mark.Revision}", () => held.At(HostPolicyMapping.RevisionFromWire(mark.Revision)));
    }

    private AddressSet? HeldSet(Digest digest) =>
        (_announced?.Policy.Sets.Values ?? []).Concat(Newest?.Policy.Sets.Values ?? []).FirstOrDefault(set => set.Digest == digest);

    private InboxResult Read(string what, Func<PolicyVersion> read)
    {
        try
        {
            Newest = read();
            return new PolicyArrived(Newest);
        }
        catch (Exception e) when (e is WireFormatException or HostPolicyMismatchException)
        {
            return Need($"{what}: {e.Message}");
        }
    }

    private SnapshotNeeded Need(string reason)
    {
        _snapshotAwaited = true;
        return new(reason);
    }
}
