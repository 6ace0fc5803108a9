using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using Google.Protobuf;

namespace EdgeAgent.Daemon;

/// <summary>What a message about policy came to.</summary>
internal abstract record InboxResult;

/// <summary>The host now has this policy.</summary>
internal sealed record PolicyArrived(PolicyVersion Policy) : InboxResult;

/// <summary>The policy is not the control plane's word, or not its newest: what the host has stays.</summary>
internal sealed record PolicyDisbelieved(string Reason, bool IsOlder) : InboxResult;

/// <summary>The message does not fit what the host has; a snapshot is needed.</summary>
internal sealed record SnapshotNeeded(string Reason) : InboxResult;

/// <summary>The message says nothing new.</summary>
internal sealed record NothingNew : InboxResult;

/// <summary>
/// The host's side of one stream of snapshots and deltas: what the sender thinks that the host has, whether the host enforces it or not.
/// Only a mark that proves them makes them the host's.
/// </summary>
internal sealed class PolicyInbox
{
    private readonly PolicyVersion? _announced;
    private readonly PolicyTrust _trust;
    private ByteString _signer = ByteString.Empty;
    private bool _snapshotAwaited;

    /// <param name="announced">What the hello said that the host has; null for nothing.</param>
    /// <param name="trust">Tells what to believe.</param>
    internal PolicyInbox(PolicyVersion? announced, PolicyTrust trust) => (_announced, Newest, _trust) = (announced, announced, trust);

    /// <summary>The newest policy of the stream, proven or not.</summary>
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
        if (Read($"in-sync mark of revision {mark.Revision}", () => held.At(HostPolicyMapping.RevisionFromWire(mark.Revision), Whole(mark.Statement))) is SnapshotNeeded needed)
            return needed;
        return _trust.ObjectionToSent(Newest, out var isOlder) is { } objection ? new PolicyDisbelieved(objection, isOlder) : new PolicyArrived(Newest);
    }

    // The signer comes once on a stream; what is kept must be provable alone.
    private Wire.V1.Statement? Whole(Wire.V1.Statement? statement)
    {
        if (statement is null)
            return null;
        if (!statement.Signer.IsEmpty)
            _signer = statement.Signer;
        else
            statement.Signer = _signer;
        return statement;
    }

    private AddressSet? HeldSet(Digest digest) =>
        (_announced?.Policy.Sets.Values ?? []).Concat(Newest?.Policy.Sets.Values ?? []).FirstOrDefault(set => set.Digest == digest);

    private InboxResult Read(string what, Func<PolicyVersion> read)
    {
        try
        {
            Newest = read();
            return new NothingNew();
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
