using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace EdgeAgent.GrpcTests.Support;

/// <summary>Sends whatever bytes a test likes, and shows the answer as it came.</summary>
internal static class RawGrpc
{
    public sealed record Answer(HttpStatusCode Http, StatusCode? Status, string? Message, byte[] Body, HttpResponseHeaders Headers);

    public static byte[] Frame(byte[] payload, byte flags = 0, uint? length = null)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    public static HttpContent Content(byte[] body) =>
        new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };

    public static HttpRequestMessage Request(TestServer server, string method, HttpContent content, string? timeout)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, $"/edgeagent.test.v1.Echo/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (timeout is not null)
            request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
        return request;
    }

    public static Task<Answer> PostAsync(TestServer server, string method, byte[] body, string? timeout = null, Action<HttpRequestMessage>? change = null) =>
        PostAsync(server, method, Content(body), timeout, change);

    public static async Task<Answer> PostAsync(TestServer server, string method, HttpContent content, string? timeout = null, Action<HttpRequestMessage>? change = null)
    {
        using var invoker = new HttpMessageInvoker(server.Handler());
        using var request = Request(server, method, content, timeout);
        change?.Invoke(request);

        using var limit = new CancellationTokenSource(Liveness.Limit);
        using var response = await invoker.SendAsync(request, limit.Token);
        var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
        return new Answer(response.StatusCode, Status(response), Value(response, "grpc-message"), body, response.Headers);
    }

    private static StatusCode? Status(HttpResponseMessage response) =>
        Value(response, "grpc-status") is { } text ? (StatusCode)int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string? Value(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var last) || response.Headers.TryGetValues(name, out last) ? last.Single() : null;
}
