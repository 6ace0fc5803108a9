using System.Net.Http.Headers;
using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Grpc.Core;

namespace EdgeAgent.GrpcTests;

/// <summary>The server's side of a deadline, seen by a client that has none of its own: raw HTTP/2.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public async Task Response_ends_although_the_handler_ignores_its_token()
    {
        var release = new TaskCompletionSource();
        var service = new ScriptedEcho
        {
            OnUnary = async (_, _) =>
            {
                await release.Task;
                return new EchoReply();
            },
        };
        await using var server = await TestServer.ServeAsync(service);

        var answer = await RawGrpc.PostAsync(server, "Unary", RawGrpc.Frame([]), timeout: "200m");

        Assert.Equal(StatusCode.DeadlineExceeded, answer.Status);
        release.SetResult();
    }

    [Fact]
    public async Task Stream_ends_although_the_handler_ignores_its_token_and_later_writes_are_refused()
    {
        var written = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var refused = new TaskCompletionSource<Exception?>();
        var service = new ScriptedEcho
        {
            OnExpand = async (_, responses, _) =>
            {
                await responses.WriteAsync(new EchoReply { Index = 1 });
                written.SetResult();
                await release.Task;
                refused.SetResult(await Record.ExceptionAsync(() => responses.WriteAsync(new EchoReply())));
            },
        };
        await using var server = await TestServer.ServeAsync(service);

        var answer = await RawGrpc.PostAsync(server, "Expand", RawGrpc.Frame([]), timeout: "300m");
        release.SetResult();

        Assert.Equal(StatusCode.DeadlineExceeded, answer.Status);
        Assert.Equal(new EchoReply { Index = 1 }, EchoReply.Parser.ParseFrom(answer.Body.AsSpan(5)));
        Assert.IsType<InvalidOperationException>(await refused.Task.Soon());
    }

    [Fact]
    public async Task Handler_that_is_stuck_in_a_write_to_a_client_that_does_not_read_is_freed()
    {
        var freed = new TaskCompletionSource<Exception?>();
        var service = new ScriptedEcho
        {
            OnExpand = async (_, responses, _) =>
            {
                var reply = new EchoReply { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[64 * 1024]) };
                freed.SetResult(await Record.ExceptionAsync(async () =>
                {
                    while (true)
                        await responses.WriteAsync(reply);
                }));
            },
        };
        await using var server = await TestServer.ServeAsync(service);
        using var invoker = new HttpMessageInvoker(server.Handler());
        using var request = RawGrpc.Request(server, "Expand", RawGrpc.Content(RawGrpc.Frame([])), timeout: "300m");

        using var unread = await invoker.SendAsync(request, CancellationToken.None).Soon();

        Assert.IsType<InvalidOperationException>(await freed.Task.Soon());
    }

    [Fact]
    public async Task Request_that_never_ends_is_ended_by_the_deadline()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        using var endless = new EndlessContent();

        var answer = await RawGrpc.PostAsync(server, "Unary", endless, timeout: "300m");

        Assert.Equal(StatusCode.DeadlineExceeded, answer.Status);
    }

    [Fact]
    public async Task Expiry_and_normal_end_at_the_same_moment_give_one_whole_answer()
    {
        // The handler ends just when the deadline passes: whichever wins, the answer must be whole.
        const int calls = 200;
        var service = new ScriptedEcho
        {
            OnUnary = async (_, _) =>
            {
                await Task.Delay(30);
                return new EchoReply { Index = 1 };
            },
        };
        await using var server = await TestServer.ServeAsync(service);

        var answers = await Task.WhenAll(Enumerable.Range(0, calls).Select(i => RawGrpc.PostAsync(server, "Unary", RawGrpc.Frame([]), timeout: $"{25_000 + (i * 50)}u"))).Soon();

        Assert.All(answers, answer => Assert.True(
            answer.Status == StatusCode.DeadlineExceeded ? answer.Body.Length == 0 : answer is { Status: StatusCode.OK, Body.Length: 7 },
            $"{answer.Status} with {answer.Body.Length} bytes"));
    }

    private sealed class EndlessContent : HttpContent
    {
        public EndlessContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
