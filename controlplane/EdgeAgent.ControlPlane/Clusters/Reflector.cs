using System.Net;
using System.Text.Json;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>
/// Keeps the objects of one kind in a mirror: lists them, then watches from where the list was. Where the server has forgotten that place
/// (410 Gone) they are listed anew. What was known stays while the server fails.
/// </summary>
internal sealed class Reflector(ClusterConfiguration cluster, FollowedKind kind, ApiClient api, SemaphoreSlim lists, ClusterMirror mirror, ClusterStanding standing)
{
    // A proxy that knows no better also answers so; a kind that is uninstalled stays away.
    private const int TimesToBelieveAbsence = 3;

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    private string? _version;
    private string _apiVersion = "";
    private ApiObjectReader? _reader;
    private int _failures;
    private int _absences;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var pause = TimeSpan.Zero;
            try
            {
                if (_version is null)
                    await ListAsync(cancel);
                if (_version is null)
                    pause = cluster.Patience.LookAgain;
                else if (!await WatchAsync(_version, cancel))
                    pause = Backoff();
            }
            catch (ApiFailure failure)
            {
                var isForgotten = _version is not null && failure.IsExpired;
                if (isForgotten || failure.Status == HttpStatusCode.NotFound)
                    _version = null;
                if (!isForgotten)
                    standing.Failed(kind.KeyKind, failure.Message);
                pause = Longer(Backoff(), failure.RetryAfter);
            }
            catch (OperationCanceledException)
            {
                pause = Backoff();
            }

            await Task.Delay(pause, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The version stays null where the server does not have the kind.
    private async Task ListAsync(CancellationToken cancel)
    {
        await lists.WaitAsync(cancel);
        try
        {
            foreach (var apiVersion in kind.ApiVersions)
            {
                if (await TryListAsync(apiVersion, cancel))
                    return;
            }
        }
        finally
        {
            lists.Release();
        }

        standing.Absent(kind.KeyKind);
        if (++_absences >= TimesToBelieveAbsence)
            mirror.Replace(kind.KeyKind, []);
        else
            mirror.Decided(kind.KeyKind);
    }

    private async Task<bool> TryListAsync(string apiVersion, CancellationToken cancel)
    {
        var reader = new ApiObjectReader(kind.Description, apiVersion, FormOf(cluster, kind));
        var items = new Dictionary<ResourceKey, MirroredObject>();
        ApiList list;
        try
        {
            list = await api.ListAsync(
                kind.PathOf(apiVersion),
                kind.LabelSelector,
                json =>
                {
                    if (Read(reader, json) is { } item)
                        items[item.Key] = item;
                },
                cancel);
        }
        catch (ApiFailure failure) when (failure.Status == HttpStatusCode.NotFound)
        {
            return false;
        }

        (_apiVersion, _reader, _version, _absences) = (apiVersion, reader, list.Version, 0);
        mirror.Replace(kind.KeyKind, items.Values);
        standing.Following(kind.KeyKind, mirror.Count(kind.KeyKind));
        return true;
    }

    // False where the watch ended so soon that the next is better not begun at once.
    private async Task<bool> WatchAsync(string from, CancellationToken cancel)
    {
        var (began, told) = (TimeProvider.System.GetTimestamp(), false);
        await foreach (var happened in api.WatchAsync(kind.PathOf(_apiVersion), kind.LabelSelector, from, cancel))
        {
            switch (happened.Kind)
            {
                case ApiEventKind.Set when Read(_reader!, happened.Item) is { } item:
                    mirror.Set(item);
                    break;
                case ApiEventKind.Deleted when KeyOf(_reader!, happened.Item) is { } key:
                    mirror.Remove(key);
                    break;
            }

            (_version, _failures, told) = (happened.Version, 0, true);
            standing.Following(kind.KeyKind, mirror.Count(kind.KeyKind));
        }

        return told || TimeProvider.System.GetElapsedTime(began) > LongEnough;
    }

    private MirroredObject? Read(ApiObjectReader reader, JsonElement json)
    {
        try
        {
            if (reader.Read(json) is not { } item || kind.IsDouble(json.GetProperty("metadata").GetProperty("name").GetString()!))
                return null;
            return mirror.Find(item.Key) is { } known && known.Text == item.Text ? known : MirroredObject.Of(mirror.Owner, item);
        }
        catch (InvalidOperationException e)
        {
            return KeyOf(reader, json) is { } key ? new(key, json.GetRawText(), null, [], $"a text of it cannot be read: {e.Message}") : null;
        }
    }

    private static ResourceKey? KeyOf(ApiObjectReader reader, JsonElement json)
    {
        try
        {
            return reader.KeyOf(json);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static ApiObjectForm FormOf(ClusterConfiguration cluster, FollowedKind kind) => new(kind.TakesPrefix ? cluster.Prefix : "")
    {
        Labels = kind.IsEndpoint ? LabelSet.Of((FollowedKind.ClusterLabel, cluster.Name)) : LabelSet.Empty,
        LeavesOut = kind.LeavesOut,
    };

    private TimeSpan Backoff()
    {
        var longest = cluster.Patience.FirstRetry * Math.Pow(2, Math.Min(_failures++, 20));
        return (longest < cluster.Patience.MostRetry ? longest : cluster.Patience.MostRetry) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan? asked) =>
        asked is { } time && time > pause ? (time < LongestRetryAfter ? time : LongestRetryAfter) : pause;
}
