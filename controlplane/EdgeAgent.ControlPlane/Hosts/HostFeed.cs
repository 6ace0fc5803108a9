using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Google.Protobuf;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>
/// What one connected host has been sent, and what it is to be sent next. Nothing is queued: each step goes from what the host has
/// to the newest state.
/// </summary>
internal sealed class HostFeed(HostName host, Digest cached, IReadOnlySet<Digest> heldSets, PolicySigner? signer = null, Digest authority = default)
{
    private static readonly IReadOnlySet<Digest> NoSets = new HashSet<Digest>();

    private readonly Lock _lock = new();
    private IReadOnlySet<Digest> _heldSets = heldSets;
    private Digest _cached = cached;
    private SharedPolicy? _sent;
    private Revision? _inSync;
    private ByteString? _signer;

    /// <summary>Sends a whole policy next, with all contents: the host could not use what it has.</summary>
    public void Resync()
    {
        lock (_lock)
        {
            (_sent, _inSync, _cached, _heldSets) = (null, null, default, NoSets);
        }
    }

    /// <summary>Whether a state has another policy for the host than it was sent.</summary>
    public bool IsBehind(FleetState newest)
    {
        lock (_lock)
            return newest.For(host).PolicyOf(host)?.Digest != _sent?.Digest;
    }

    /// <summary>The messages that bring the host to the newest state; none where it is there. Null where that has no such host.</summary>
    public ServerMessage[]? Next(FleetState newest)
    {
        lock (_lock)
        {
            var state = newest.For(host);
            if (state.PolicyOf(host) is not { } policy)
                return null;
            if (_inSync == newest.Revision)
                return [];
            var digest = policy.Digest;
            var change = _sent is null
                ? _cached == digest ? null : new ServerMessage { Snapshot = state.Encodings.Snapshot(policy, _heldSets) }
                : _sent.Digest == digest ? null : new ServerMessage { Delta = state.Encodings.Delta(_sent, policy) };
            (_sent, _inSync, _heldSets) = (policy, newest.Revision, NoSets);
            var mark = new ServerMessage { InSync = new() { Revision = state.Revision.Number, Digest = digest.Hex, Statement = signer?.StatementOf(newest, host, authority, ref _signer) } };
            return change is null ? [mark] : [change, mark];
        }
    }
}
