using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Where every host stands. Each change of that is handed on to the log of transitions.</summary>
internal sealed class StatusBoard
{
    // Hosts that were refused are shown, but strangers cannot fill the memory with names.
    private const int MostStrangers = 1000;

    private const string Copy = "another machine with this identity: ";

    private readonly Lock _lock = new();
    private readonly Dictionary<HostName, HostEntry> _entries = [];
    private readonly Dictionary<HostName, HostEntry> _foreign = [];
    private readonly TimeProvider _time;
    private readonly Action<StatusTransition> _log;
    private HostStatus? _newest;

    /// <summary>
    /// Begins with what the log says; whoever was connected when the control plane ended no longer is, unless to another one
    /// that shares the database.
    /// </summary>
    public StatusBoard(IEnumerable<StatusTransition> newest, TimeProvider time, Action<StatusTransition> log, bool isShared = false)
    {
        (_time, _log) = (time, log);
        foreach (var transition in newest)
        {
            _entries[transition.Host] = new(transition.Host, transition.State, transition.Reason) { Last = transition };
            if (transition.State != HostState.Disconnected && !isShared)
                Change(transition.Host, entry => entry with { State = HostState.Disconnected, Reason = "no connection since the control plane started" });
        }
    }

    /// <summary>The entry of a host, or null if it was never heard of.</summary>
    public HostEntry? Find(HostName host)
    {
        lock (_lock)
            return Newer(_entries.GetValueOrDefault(host), _foreign.GetValueOrDefault(host));
    }

    /// <summary>All entries, by host.</summary>
    public IReadOnlyList<HostEntry> All()
    {
        lock (_lock)
            return [.. _entries.Keys.Union(_foreign.Keys).Order().Select(host => Newer(_entries.GetValueOrDefault(host), _foreign.GetValueOrDefault(host))!)];
    }

    /// <summary>The entries of hosts that this control plane itself heard of.</summary>
    public IReadOnlyList<HostEntry> Own()
    {
        lock (_lock)
            return [.. _entries.Values];
    }

    /// <summary>Takes what another control plane says of a host.</summary>
    public void TakeForeign(HostEntry entry)
    {
        lock (_lock)
            _foreign[entry.Host] = entry;
    }

    /// <summary>A host opened a connection.</summary>
    public void Connected(HostName host, HostFacts facts, EquatableArray<string> refusedClaims) => Change(host, entry => entry with
    {
        State = HostState.Unknown,
        Reason = "connected, no report yet",
        IsConnected = true,
        Facts = facts,
        RefusedClaims = refusedClaims,
        Received = _time.GetUtcNow(),
        HeardAt = _time.GetTimestamp(),
    });

    /// <summary>A connected host reported.</summary>
    public void Reported(HostStatus report) => Change(new(report.Namespace, report.Name), entry =>
    {
        // What is not as it was at this host is often as at the one before: an agent's version, a policy's digest.
        var kept = _newest = report.Sharing(entry.Report, _newest);
        return entry with
        {
            State = kept.State,
            Reason = kept.Reason,
            Report = kept,
            Received = _time.GetUtcNow(),
            HeardAt = _time.GetTimestamp(),
        };
    });

    /// <summary>A host's only connection here ended.</summary>
    public void Disconnected(HostName host, string reason)
    {
        lock (_lock)
        {
            // It may have gone over to another control plane, which has said so.
            if (_foreign.GetValueOrDefault(host) is { IsConnected: true } && _entries.GetValueOrDefault(host) is { } moved)
                _entries[host] = moved with { State = HostState.Disconnected, Reason = reason, IsConnected = false };
            else
                Change(host, entry => entry with { State = HostState.Disconnected, Reason = reason, IsConnected = false });
        }
    }

    /// <summary>Another machine came with a host's identity.</summary>
    public void Copied(HostName host, string what) => Change(host, entry => entry with { RefusedClaims = entry.RefusedClaims.Where(claim => !claim.StartsWith(Copy, StringComparison.Ordinal)).Append(Copy + what).ToEquatableArray() });

    /// <summary>A host was not let in.</summary>
    public void Refused(HostName host, string reason)
    {
        lock (_lock)
        {
            if (_entries.ContainsKey(host) || _entries.Values.Count(entry => entry.Facts is null && entry.Report is null) < MostStrangers)
                Change(host, entry => entry.IsConnected ? entry : entry with { State = HostState.Failed, Reason = $"refused: {reason}" });
        }
    }

    /// <summary>Marks the connected hosts that were silent for too long.</summary>
    public void MarkStale(TimeSpan silence)
    {
        bool IsSilent(HostEntry entry) => entry.IsConnected && _time.GetElapsedTime(entry.HeardAt) > silence;
        foreach (var silent in Own().Where(entry => entry.State != HostState.Stale && IsSilent(entry)))
            Change(silent.Host, entry => IsSilent(entry) ? entry with { State = HostState.Stale, Reason = $"no report since {entry.Received:u}" } : entry);
    }

    /// <summary>Forgets a host that is no longer one.</summary>
    public void Forget(HostName host)
    {
        lock (_lock)
        {
            _entries.Remove(host);
            _foreign.Remove(host);
        }
    }

    // A connection that is open here is seen with one's own eyes.
    private static HostEntry? Newer(HostEntry? own, HostEntry? foreign) =>
        own is null || foreign is null ? own ?? foreign
        : own.IsConnected || (!foreign.IsConnected && own.Received >= foreign.Received) ? own
        : foreign with { Last = own.Last };

    private void Change(HostName host, Func<HostEntry, HostEntry> change)
    {
        lock (_lock)
        {
            var entry = change(_entries.GetValueOrDefault(host) ?? new(host, HostState.Unknown, ""));
            var transition = entry.TransitionAt(_time.GetUtcNow());
            if (!transition.SaysTheSameAs(entry.Last))
            {
                _log(transition);
                entry = entry with { Last = transition };
            }

            _entries[host] = entry;
        }
    }
}
