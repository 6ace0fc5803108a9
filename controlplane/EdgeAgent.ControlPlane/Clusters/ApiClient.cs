using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>Lists and watches objects of an API server over HTTP. It only ever reads.</summary>
internal sealed class ApiClient(ClusterConfiguration cluster) : IDisposable
{
    private const int PageSize = 500;

    // A page of the largest objects that API servers keep (1.5 MiB) is not expected; one page of usual ones is a few MiB.
    private const long MostBytes = 256L * 1024 * 1024;
    private const int MostErrorBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly string _base = cluster.Server.AbsoluteUri.TrimEnd('/');
    private ApiCredentials? _credentials;
    private HttpClient? _http;

    /// <summary>All objects of a path, page by page.</summary>
    /// <exception cref="ApiFailure">The server does not give them.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<ApiList> ListAsync(string path, string labelSelector, Action<JsonElement> item, CancellationToken cancel)
    {
        var next = "";
        while (true)
        {
            var query = $"limit={PageSize}{Parameter("labelSelector", labelSelector)}{Parameter("continue", next)}";
            using var response = await SendAsync($"{path}?{query}", cancel);
            using var page = await ReadPageAsync(response, path, cancel);
            try
            {
                var metadata = page.RootElement.GetProperty("metadata");
                if (page.RootElement.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
                {
                    foreach (var each in items.EnumerateArray())
                        item(each);
                }

                next = metadata.TryGetProperty("continue", out var token) ? token.GetString() ?? "" : "";
                if (next.Length == 0)
                    return new(metadata.GetProperty("resourceVersion").GetString() ?? "");
            }
            catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
            {
                throw new ApiFailure(null, $"{path}: the answer is no list of objects ({e.Message})", e);
            }
        }
    }

    /// <summary>What happens to the objects of a path after a version; ends when the server ends it.</summary>
    /// <exception cref="ApiFailure">The server refuses it, or breaks it off with an error, or sends something else.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async IAsyncEnumerable<ApiEvent> WatchAsync(string path, string labelSelector, string version, [EnumeratorCancellation] CancellationToken cancel)
    {
        var seconds = (int)Math.Ceiling(cluster.Patience.Watch.TotalSeconds * (1 + Random.Shared.NextDouble()));
        var query = $"watch=1&allowWatchBookmarks=true&timeoutSeconds={seconds.ToString(CultureInfo.InvariantCulture)}{Parameter("resourceVersion", version)}{Parameter("labelSelector", labelSelector)}";
        // A server that is gone without a word would leave the watch silent for ever.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(seconds) + cluster.Patience.Answer);
        using var response = await SendAsync($"{path}?{query}", patience.Token);
        var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(patience.Token), new(bufferSize: 16 * 1024));
        try
        {
            while (await ReadLineAsync(reader, path, patience.Token, cancel) is { } line)
            {
                using (line)
                    yield return EventOf(line.RootElement, path);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http?.Dispose();
        _credentials?.Dispose();
    }

    private static string Parameter(string name, string value) => value.Length == 0 ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private async Task<HttpResponseMessage> SendAsync(string pathAndQuery, CancellationToken cancel)
    {
        using var begin = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        begin.CancelAfter(cluster.Patience.Answer);
        HttpResponseMessage? response = null;
        try
        {
            var (http, token) = Connection();
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{_base}/{pathAndQuery}");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (token is not null)
                request.Headers.Authorization = new("Bearer", token);
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, begin.Token);
            if (response.StatusCode == HttpStatusCode.OK)
                return response;
            var failure = new ApiFailure(response.StatusCode, $"{(int)response.StatusCode} {await ReasonAsync(response, begin.Token)}") { RetryAfter = RetryAfter(response) };
            response.Dispose();
            throw failure;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            response?.Dispose();
            throw new ApiFailure(null, $"no answer within {cluster.Patience.Answer.TotalSeconds} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            response?.Dispose();
            throw new ApiFailure(null, e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message, e);
        }
    }

    private (HttpClient Http, string? Token) Connection()
    {
        lock (_lock)
        {
            if (_http is null || _credentials!.AreOutdated(cluster))
            {
                var credentials = ApiCredentials.Load(cluster);
                Dispose();
                _credentials = credentials;
                _http = new(new SocketsHttpHandler
                {
                    SslOptions = credentials.Tls(),
                    UseProxy = false,
                    UseCookies = false,
                    AllowAutoRedirect = false,
                    AutomaticDecompression = DecompressionMethods.GZip,
                    ConnectTimeout = cluster.Patience.Answer,
                    KeepAlivePingDelay = TimeSpan.FromSeconds(20),
                    KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                })
                {
                    Timeout = Timeout.InfiniteTimeSpan,
                    DefaultRequestVersion = HttpVersion.Version20,
                    DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
                };
            }

            return (_http, _credentials!.Token);
        }
    }

    private async Task<JsonDocument> ReadPageAsync(HttpResponseMessage response, string path, CancellationToken cancel)
    {
        // A page must come; however slowly, it must go on.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(cancel), new(bufferSize: 64 * 1024));
            while (true)
            {
                patience.CancelAfter(cluster.Patience.Answer);
                var read = await reader.ReadAsync(patience.Token);
                if (read.Buffer.Length > MostBytes)
                    throw new ApiFailure(null, $"{path}: a page of more than {MostBytes} bytes");
                if (!read.IsCompleted)
                {
                    reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                // The document keeps what it is made of.
                var page = JsonDocument.Parse(read.Buffer.ToArray());
                await reader.CompleteAsync();
                return page;
            }
        }
        catch (Exception e) when ((e is HttpRequestException or IOException or JsonException) || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ApiFailure(null, $"{path}: the answer broke off ({e.Message})", e);
        }
    }

    // Null at the end; what the server has begun and not ended does not count.
    private static async Task<JsonDocument?> ReadLineAsync(PipeReader reader, string path, CancellationToken patience, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(patience);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = JsonDocument.Parse(read.Buffer.Slice(0, end).ToArray());
                    reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                    return line;
                }

                if (read.IsCompleted)
                    return null;
                if (read.Buffer.Length > MostBytes)
                    throw new ApiFailure(null, $"{path}: an event of more than {MostBytes} bytes");
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (JsonException e)
        {
            throw new ApiFailure(HttpStatusCode.Gone, $"{path}: an event is no JSON ({e.Message})", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ApiFailure(null, $"{path}: the watch broke off ({e.Message})", e);
        }
    }

    private static ApiEvent EventOf(JsonElement line, string path)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("type", out var type) || !line.TryGetProperty("object", out var item) || item.ValueKind != JsonValueKind.Object)
            throw new ApiFailure(HttpStatusCode.Gone, $"{path}: an event without type and object");
        var kind = type.ValueEquals("ADDED") || type.ValueEquals("MODIFIED") ? ApiEventKind.Set
            : type.ValueEquals("DELETED") ? ApiEventKind.Deleted
            : type.ValueEquals("BOOKMARK") ? ApiEventKind.Bookmark
            : type.ValueEquals("ERROR") ? throw ErrorOf(item)
            : throw new ApiFailure(HttpStatusCode.Gone, $"{path}: an event of type {type.GetRawText()}");
        return item.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("resourceVersion", out var version) && version.GetString() is { Length: > 0 } number
            ? new(kind, item.Clone(), number)
            : throw new ApiFailure(HttpStatusCode.Gone, $"{path}: an event without a version");
    }

    private static ApiFailure ErrorOf(JsonElement status)
    {
        var code = status.TryGetProperty("code", out var number) && number.TryGetInt32(out var read) ? read : 500;
        return new((HttpStatusCode)code, $"{code} {MessageOf(status)} (within a watch)");
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MostErrorBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        try
        {
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            return MessageOf(json.RootElement);
        }
        catch (JsonException)
        {
            return response.ReasonPhrase ?? "";
        }
    }

    private static string MessageOf(JsonElement status) =>
        status.ValueKind == JsonValueKind.Object && status.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : "without a reason";

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - DateTimeOffset.UtcNow,
        _ => null,
    };
}
