using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>Follows one cluster: what its API server has becomes revisions, with <c>cluster:NAME</c> as their author.</summary>
/// <param name="standing">The cluster, and where following it stands.</param>
/// <param name="others">The other clusters, as documents name them.</param>
internal sealed partial class ClusterFollower(
    ClusterStanding standing, IReadOnlySet<string> others, IClusterClaims claims, RevisionWriter writer, Publisher publisher, ILogger<ClusterFollower> logger)
{
    private const int ListsAtOnce = 4;
    private const int MostKindsInNote = 5;

    private static readonly TimeSpan AfterMishap = TimeSpan.FromSeconds(5);

    private readonly ClusterConfiguration _cluster = standing.Configuration;

    /// <summary>What documents call a cluster.</summary>
    public static string OwnerName(string cluster) => $"cluster:{cluster}";

    /// <summary>Follows whenever no other control plane does, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        standing.Changed = (kind, problem) =>
        {
            if (problem is null)
                LogFollowing(_cluster.Name, kind);
            else
                LogProblem(_cluster.Name, kind, problem);
        };
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await using var claim = await claims.TakeAsync(_cluster.Name, cancel);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, claim.Lost);
                LogBegun(_cluster.Name, _cluster.Server);
                await FollowAsync(both);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogMishap(e, _cluster.Name);
                await Task.Delay(AfterMishap, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                standing.Begin(ours: false, []);
            }
        }
    }

    private async Task FollowAsync(CancellationTokenSource until)
    {
        var kinds = FollowedKinds.All.Where(kind => _cluster.Kinds.IsEmpty || _cluster.Kinds.Contains(kind.KeyKind)).ToList();
        using var changed = new WakeUp();
        using var api = new ApiClient(_cluster);
        using var lists = new SemaphoreSlim(ListsAtOnce);
        // Also kinds that are followed no longer are looked at, so that what was left of them goes.
        var mirror = new ClusterMirror(OwnerName(_cluster.Name), [.. FollowedKinds.All.Select(kind => kind.KeyKind)], changed);
        foreach (var kind in FollowedKinds.All.Where(kind => _cluster.Forget || !kinds.Contains(kind)))
            mirror.Replace(kind.KeyKind, []);
        standing.Begin(ours: true, _cluster.Forget ? [] : kinds.Select(kind => kind.KeyKind));
        var tasks = new List<Task> { WriteAsync(mirror, changed, until.Token) };
        if (!_cluster.Forget)
            tasks.AddRange(kinds.Select(kind => new Reflector(_cluster, kind, api, lists, mirror, standing).RunAsync(until.Token)));
        try
        {
            // They end when cancelled; one that ends otherwise ends the others.
            await await Task.WhenAny(tasks);
        }
        finally
        {
            await until.CancelAsync();
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(ClusterMirror mirror, WakeUp changed, CancellationToken cancel)
    {
        var patience = _cluster.Patience;
        var clashing = new Dictionary<ResourceKey, string>();
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (await changed.WaitAsync(patience.LookAgain, cancel))
                    await QuietAsync(changed, cancel);
                else
                    mirror.Doubt();
                if (mirror.Take() is { } changes)
                    await WriteAsync(mirror, changes, clashing, cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // What happens at once, as when a deployment is rolled out, is one revision; what goes on for long is one now and then.
    private async Task QuietAsync(WakeUp changed, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < _cluster.Patience.MostQuiet && await changed.WaitAsync(_cluster.Patience.Quiet, cancel))
        {
        }
    }

    private async Task WriteAsync(ClusterMirror mirror, MirrorChanges changes, Dictionary<ResourceKey, string> clashing, CancellationToken cancel)
    {
        // What clashed may do so no longer, unless nothing but pods has changed.
        var again = changes.Kinds.Count > 0 || changes.Keys.Any(key => key.Kind != FleetState.PodKind) ? clashing.Keys.ToHashSet() : [];
        changes = changes with { Keys = changes.Keys.Union(again).ToHashSet() };
        var refused = new Dictionary<ResourceKey, string>();
        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                var held = new Dictionary<ResourceKey, string>();
                var outcome = await writer.ChangeAsync(state =>
                {
                    held.Clear();
                    // Whoever has lost the claim while waiting for the turn writes nothing.
                    return Request(cancel.IsCancellationRequested ? [] : Steps(state, held));
                });
                if (outcome.Accepted)
                {
                    if (outcome.Changes.Count > 0)
                        standing.Made(outcome.Revision);
                    Remember(held);
                    return;
                }

                // Who clashes is found out beside the writer, whom others wait for.
                var now = publisher.Current;
                AcceptablePart.Of(Steps(now, []), part => ChangePlan.Make(now, Request(part)).Outcome, (step, why) => refused[step.Key] = why);
            }
        }
        catch (StoreException e)
        {
            standing.Unstored(e.Message);
            mirror.Doubt(changes, refused.Keys);
            await Task.Delay(AfterMishap, cancel);
            // There may be nothing else that wakes the writing.
            mirror.Doubt();
        }

        List<MirrorStep> Steps(FleetState state, Dictionary<ResourceKey, string> held) =>
            [.. mirror.Steps(state, changes, others, (key, why) => held[key] = why).Where(step => !refused.ContainsKey(step.Key))];

        void Remember(Dictionary<ResourceKey, string> held)
        {
            foreach (var key in changes.Keys.Union(clashing.Keys.Where(key => changes.Kinds.Contains(key.Kind))).ToList())
                clashing.Remove(key);
            foreach (var (key, why) in refused.Concat(held))
                clashing.TryAdd(key, why);
            foreach (var (key, why) in standing.Refused([.. mirror.Refused(), .. clashing.Select(item => (item.Key, item.Value))]))
                LogRefused(_cluster.Name, key, why);
        }
    }

    private ChangeRequest Request(IReadOnlyList<MirrorStep> steps) => new(
        DocumentOrigin.Followed,
        [.. steps.Select(step => step.Item?.Resource).OfType<Manifests.ManifestResource>()],
        [.. steps.SelectMany(step => step.Item?.Warnings ?? [])],
        [.. steps.Where(step => step.Item is null).Select(step => step.Key)])
    {
        Author = OwnerName(_cluster.Name),
        Note = NoteOf(steps),
    };

    private static string NoteOf(IReadOnlyList<MirrorStep> steps)
    {
        var kinds = steps.CountBy(step => step.Key.Kind).OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal).ToList();
        var words = string.Join(", ", kinds.Take(MostKindsInNote).Select(kind => $"{kind.Value} {kind.Key}"));
        return kinds.Count > MostKindsInNote ? $"{words}, ..." : words;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Following cluster {Cluster} at {Server}")]
    private partial void LogBegun(string cluster, Uri server);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Cluster} gives {Kind} again")]
    private partial void LogFollowing(string cluster, string kind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster {Cluster} does not give {Kind}; what was known stays: {Problem}")]
    private partial void LogProblem(string cluster, string kind, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cluster {Cluster}: {Key} is refused; its last good version stays: {Reason}")]
    private partial void LogRefused(string cluster, ResourceKey key, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following cluster {Cluster} failed and begins anew")]
    private partial void LogMishap(Exception exception, string cluster);
}
