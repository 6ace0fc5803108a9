using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>Where following one cluster stands. Safe to use from any thread.</summary>
internal sealed class ClusterStanding(ClusterConfiguration configuration, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, KindStanding> _kinds = new(StringComparer.Ordinal);
    private IReadOnlyList<(ResourceKey Key, string Reason)> _refused = [];
    private bool _isOurs;
    private Revision _revision;
    private string _problem = "";

    /// <summary>Told of each problem that was not there before, and of each that ended (with null).</summary>
    public Action<string, string?> Changed { get; set; } = static (_, _) => { };

    /// <summary>The cluster.</summary>
    public ClusterConfiguration Configuration => configuration;

    /// <summary>This control plane begins to follow the cluster, or ends.</summary>
    public void Begin(bool ours, IEnumerable<string> kinds)
    {
        lock (_lock)
        {
            _isOurs = ours;
            _kinds.Clear();
            _refused = [];
            _problem = "";
            foreach (var kind in kinds)
                _kinds[kind] = new(kind, KindState.Reading, 0, "", time.GetUtcNow());
        }
    }

    /// <summary>All objects of a kind are known.</summary>
    public void Following(string kind, int objects) => Set(kind, known => known with { State = KindState.Following, Objects = objects, Problem = "" });

    /// <summary>The server does not have a kind.</summary>
    public void Absent(string kind) => Set(kind, known => known with { State = KindState.Absent, Problem = "" });

    /// <summary>The server does not give a kind; what was known of it stays.</summary>
    public void Failed(string kind, string problem) => Set(kind, known => known with { State = KindState.Failing, Problem = problem });

    /// <summary>What is refused now.</summary>
    /// <returns>What was not refused before, or for another reason.</returns>
    public IReadOnlyList<(ResourceKey Key, string Reason)> Refused(IReadOnlyList<(ResourceKey Key, string Reason)> refused)
    {
        lock (_lock)
        {
            var known = _refused.ToHashSet();
            _refused = [.. refused.OrderBy(item => item.Key)];
            return [.. _refused.Where(item => !known.Contains(item))];
        }
    }

    /// <summary>Objects became a revision.</summary>
    public void Made(Revision revision)
    {
        lock (_lock)
            (_revision, _problem) = (revision, "");
    }

    /// <summary>What changed cannot be made a revision.</summary>
    public void Unstored(string problem)
    {
        lock (_lock)
            _problem = problem;
    }

    /// <summary>How it is now.</summary>
    public ClusterReport Report()
    {
        lock (_lock)
            return new(configuration, _isOurs, [.. _kinds.Values], _refused, _revision, _problem);
    }

    private void Set(string kind, Func<KindStanding, KindStanding> change)
    {
        KindStanding before, after;
        lock (_lock)
        {
            if (!_kinds.TryGetValue(kind, out before!))
                return;
            after = change(before);
            if (after.State != before.State)
                after = after with { Since = time.GetUtcNow() };
            _kinds[kind] = after;
        }

        if (after.Problem != before.Problem)
            Changed(kind, after.Problem.Length > 0 ? after.Problem : null);
    }
}

/// <summary>Where following a cluster stood at one moment.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="IsOurs">Whether this control plane follows it; false where another one does.</param>
/// <param name="Kinds">The kinds.</param>
/// <param name="Refused">Objects that are refused, with the reasons; the last good version of each stays.</param>
/// <param name="Revision">The last revision that it made; zero for none since the start.</param>
/// <param name="Problem">Why what changed cannot be stored; empty for nothing.</param>
internal sealed record ClusterReport(
    ClusterConfiguration Cluster, bool IsOurs, IReadOnlyList<KindStanding> Kinds, IReadOnlyList<(ResourceKey Key, string Reason)> Refused, Revision Revision, string Problem)
{
    /// <summary>Whether every kind is known, or known not to be there.</summary>
    public bool IsSynced => IsOurs && Kinds.All(kind => kind.State is KindState.Following or KindState.Absent);
}

/// <summary>Where following a kind stands.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="State">How far it is.</param>
/// <param name="Objects">How many objects there are.</param>
/// <param name="Problem">Why the server does not give them; empty for nothing.</param>
/// <param name="Since">When it came to that.</param>
internal sealed record KindStanding(string Kind, KindState State, int Objects, string Problem, DateTimeOffset Since);

/// <summary>How far following a kind is.</summary>
internal enum KindState
{
    /// <summary>Its objects are being read.</summary>
    Reading = 1,

    /// <summary>They are known, and each change is heard of.</summary>
    Following = 2,

    /// <summary>The server does not have the kind.</summary>
    Absent = 3,

    /// <summary>The server does not give it, or cannot be reached.</summary>
    Failing = 4,
}
