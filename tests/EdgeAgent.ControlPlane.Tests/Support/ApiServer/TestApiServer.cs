using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeAgent.ControlPlane.Tests.ApiServer;

/// <summary>
/// A server that speaks list and watch as a Kubernetes API server does (Kubernetes API Concepts): versions of the whole server, lists in
/// pages of one version, watches from a version with bookmarks, 410 for what is forgotten, Status objects for refusals.
/// </summary>
internal sealed class TestApiServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ApiCollection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Version, List<JsonObject> Left)> _pages = new(StringComparer.Ordinal);
    private readonly Random _random;
    private readonly WebApplication _application;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _watches = new();
    private long _version = 100;
    private int _pageNumber;

    private TestApiServer(int seed, X509Certificate2? certificate, X509Certificate2? clients)
    {
        _random = new(seed);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is null)
                return;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = clients is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (client, _, _) => clients is not null && client.Issuer == clients.Subject;
            });
        }));
        _application = builder.Build();
        _application.Run(ServeAsync);
    }

    /// <summary>The server's address.</summary>
    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>What goes wrong.</summary>
    public ApiFaults Faults { get; set; } = ApiFaults.None;

    /// <summary>The bearer token that counts; null for none that is asked for.</summary>
    public string? Token { get; set; }

    /// <summary>Paths that are not installed.</summary>
    public Func<string, bool> IsAbsent { get; set; } = static path => path.Contains("istio.io/", StringComparison.Ordinal) || path.Contains("projectcalico.org/", StringComparison.Ordinal);

    /// <summary>Paths that the account may not read.</summary>
    public Func<string, bool> IsForbidden { get; set; } = static _ => false;

    /// <summary>How many objects a page has at most.</summary>
    public int PageLimit { get; set; } = 7;

    /// <summary>How often a watch is told the version, in milliseconds.</summary>
    public int Bookmarks { get; set; } = 50;

    /// <summary>The requests so far, as path and query.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<TestApiServer> StartAsync(int seed = 1, X509Certificate2? certificate = null, X509Certificate2? clients = null)
    {
        var server = new TestApiServer(seed, certificate, clients);
        await server._application.StartAsync();
        return server;
    }

    /// <summary>The objects of a path by namespace/name.</summary>
    public IReadOnlyDictionary<string, JsonObject> Objects(string path)
    {
        lock (_lock)
            return new Dictionary<string, JsonObject>(Collection(path).Objects, StringComparer.Ordinal);
    }

    /// <summary>Creates or changes an object.</summary>
    public void Set(string path, JsonObject item) => Change(() => Collection(path).Set(item, _version));

    /// <summary>Deletes an object.</summary>
    public void Delete(string path, string key) => Change(() => Collection(path).Remove(key, _version));

    /// <summary>Forgets all history: whoever is not at the newest version must list anew.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            foreach (var collection in _collections.Values)
                collection.Compact(_version);
            _version++;
        }
    }

    /// <summary>Ends all watches, as a server does that is restarted.</summary>
    public void EndWatches()
    {
        CancellationTokenSource watches;
        lock (_lock)
            (watches, _watches) = (_watches, new());
        watches.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private void Change(Action change)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            _version++;
            change();
            (waiting, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        waiting.SetResult();
    }

    private ApiCollection Collection(string path)
    {
        if (!_collections.TryGetValue(path, out var collection))
            _collections[path] = collection = new();
        return collection;
    }

    private bool Happens(double probability)
    {
        lock (_random)
            return _random.NextDouble() < probability;
    }

    private int Chosen(int below)
    {
        lock (_random)
            return _random.Next(below);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.TrimStart('/');
        Requests.Enqueue(path + context.Request.QueryString);
        try
        {
            if (Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
                await RefuseAsync(context, 401, "Unauthorized");
            else if (context.Request.Method != "GET")
                await RefuseAsync(context, 403, $"{context.Request.Method} is forbidden");
            else if (IsAbsent(path))
                await NotFoundAsync(context);
            else if (IsForbidden(path))
                await RefuseAsync(context, 403, $"{path} is forbidden: User \"edgecontrol\" cannot list resource");
            else if (Happens(Faults.Refusals))
                await RefuseAsync(context, Faults.Codes[Chosen(Faults.Codes.Count)], "something is wrong");
            else if (context.Request.Query["watch"].Count > 0)
                await WatchAsync(context, path);
            else
                await ListAsync(context, path);
        }
        catch (OperationCanceledException)
        {
            // Who asked is gone.
        }
    }

    private async Task ListAsync(HttpContext context, string path)
    {
        if (!TryPage(context.Request.Query, path, out var version, out var items, out var next) || (context.Request.Query["continue"].Count > 0 && Happens(Faults.ExpiredPages)))
        {
            await RefuseAsync(context, 410, "The provided continue parameter is too old to display a consistent list result.");
            return;
        }

        var list = new JsonObject
        {
            ["kind"] = "List",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = Text(version), ["continue"] = next, ["remainingItemCount"] = null },
            ["items"] = new JsonArray([.. items.Select(item => item.DeepClone())]),
        };
        var bytes = Encoding.UTF8.GetBytes(list.ToJsonString());
        context.Response.ContentType = "application/json";
        if (!Happens(Faults.BrokenLists))
        {
            await context.Response.Body.WriteAsync(bytes);
            return;
        }

        await context.Response.Body.WriteAsync(bytes.AsMemory(0, Chosen(bytes.Length)));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private bool TryPage(IQueryCollection query, string path, out long version, out List<JsonObject> items, out string next)
    {
        lock (_lock)
        {
            next = "";
            if ((string?)query["continue"] is { } token)
            {
                if (!_pages.Remove(token, out var page))
                {
                    (version, items) = (0, []);
                    return false;
                }

                (version, items) = page;
            }
            else
            {
                (version, items) = (_version, [.. Collection(path).Objects.Values]);
            }

            var limit = Math.Min(PageLimit, int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var asked) ? asked : int.MaxValue);
            if (items.Count > limit)
            {
                next = $"page-{++_pageNumber}";
                _pages[next] = (version, items[limit..]);
                items = items[..limit];
            }

            return true;
        }
    }

    private async Task WatchAsync(HttpContext context, string path)
    {
        var from = long.Parse((string)context.Request.Query["resourceVersion"]!, CultureInfo.InvariantCulture);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _application.Lifetime.ApplicationStopping, _watches.Token);
        end.CancelAfter(TimeSpan.FromSeconds(int.Parse((string)context.Request.Query["timeoutSeconds"]!, CultureInfo.InvariantCulture)));
        context.Response.ContentType = "application/json";
        await context.Response.Body.FlushAsync(end.Token);
        while (!end.IsCancellationRequested)
        {
            IReadOnlyList<(long Version, string Type, JsonObject Object)>? news;
            Task more;
            long now;
            lock (_lock)
                (news, more, now) = (Collection(path).After(from), _changed.Task, _version);
            if (news is null || Happens(news.Count > 0 ? Faults.Errors : 0))
            {
                var code = news is null || Happens(0.7) ? 410 : 500;
                await LineAsync(context, "ERROR", StatusOf(code, code == 410 ? "too old resource version" : "the server is unwell"), end.Token);
                return;
            }

            foreach (var (version, type, item) in news)
            {
                if (Happens(Faults.Delays))
                    await Task.Delay(Chosen(20), end.Token);
                if (Happens(Faults.Ends))
                    return;
                if (Happens(Faults.BrokenLines))
                {
                    await BreakAsync(context, type, item);
                    return;
                }

                for (var times = Happens(Faults.Repetitions) ? 2 : 1; times > 0; times--)
                    await LineAsync(context, type, item, end.Token);
                from = version;
            }

            if (await Task.WhenAny(more, Task.Delay(Bookmarks, end.Token)) != more && news.Count == 0 && context.Request.Query["allowWatchBookmarks"] == "true")
            {
                from = Math.Max(from, now);
                await LineAsync(context, "BOOKMARK", new() { ["metadata"] = new JsonObject { ["resourceVersion"] = Text(from), ["creationTimestamp"] = null } }, end.Token);
            }
        }
    }

    private async Task BreakAsync(HttpContext context, string type, JsonObject item)
    {
        var line = Line(type, item);
        await context.Response.Body.WriteAsync(line.AsMemory(0, 1 + Chosen(line.Length - 2)));
        await context.Response.Body.FlushAsync();
        if (Happens(0.5))
            context.Abort();
    }

    private static async Task LineAsync(HttpContext context, string type, JsonObject item, CancellationToken cancel)
    {
        await context.Response.Body.WriteAsync(Line(type, item), cancel);
        await context.Response.Body.FlushAsync(cancel);
    }

    private static byte[] Line(string type, JsonObject item) =>
        Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":{item.ToJsonString()}}}\n");

    private static async Task RefuseAsync(HttpContext context, int code, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (code == 429)
            context.Response.Headers.RetryAfter = "0";
        await context.Response.WriteAsync(StatusOf(code, message).ToJsonString());
    }

    private static async Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync("404 page not found\n");
    }

    private static JsonObject StatusOf(int code, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["code"] = code,
    };

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
