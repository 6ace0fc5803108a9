using System.Globalization;
using EdgeAgent.GrpcTests.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeAgent.GrpcTests.Support;

/// <summary>Does what requests say; python/echo_server.py does the same.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    private int cancelled;

    public int Cancelled => Volatile.Read(ref cancelled);

    public override async Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) => await CountedAsync(context, () => ReplyAsync(request, context, 0));

    public override async Task<CollectReply> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var total = new CollectReply();
        await foreach (var request in requestStream.ReadAllAsync())
        {
            await ReplyAsync(request, context, 0);
            total.Messages++;
            total.Bytes += request.Payload.Length;
        }

        return total;
    }

    public override async Task Expand(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        var plain = request.Clone();
        plain.StatusCode = 0;
        await CountedAsync(context, async () =>
        {
            for (var i = 0; i < request.Count; i++)
                await responseStream.WriteAsync(await ReplyAsync(plain, context, i));
            return await ReplyAsync(request, context, request.Count);
        });
    }

    public override async Task Chat(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        await CountedAsync(context, async () =>
        {
            var index = 0;
            while (await requestStream.MoveNext(context.CancellationToken))
                await responseStream.WriteAsync(await ReplyAsync(requestStream.Current, context, index++));
            return index;
        });
    }

    [Obsolete("The method is deprecated in the proto.")]
    public override Task<EchoReply> Old(EchoRequest request, ServerCallContext context) =>
        Task.FromResult(new EchoReply { Payload = ByteString.CopyFromUtf8(Cancelled.ToString(CultureInfo.InvariantCulture)) });

    // A call that ends because it was cancelled counts once, wherever that meets it: a stream that the client reset may be seen before the token.
    private async Task<T> CountedAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is IOException || context.CancellationToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref cancelled);
            throw;
        }
    }

    private static async Task<EchoReply> ReplyAsync(EchoRequest request, ServerCallContext context, int index)
    {
        if (request.DelayMs > 0)
            await Task.Delay(request.DelayMs, context.CancellationToken);

        foreach (var name in request.EchoHeaders)
            if (context.RequestHeaders.Get(name) is { } header)
                AddTrailer(context, $"echo-{name}", header);
        if (request.StatusCode != 0)
        {
            var trailers = new Metadata { { "echo-detail-bin", request.Payload.ToByteArray() } };
            throw new RpcException(new Status((StatusCode)request.StatusCode, request.StatusMessage), trailers);
        }

        var payload = request.ReplySize > 0 ? ByteString.CopyFrom(new byte[request.ReplySize]) : request.Payload;
        return new EchoReply { Payload = payload, Index = index };
    }

    private static void AddTrailer(ServerCallContext context, string name, Metadata.Entry header)
    {
        if (header.IsBinary)
            context.ResponseTrailers.Add(name, header.ValueBytes);
        else
            context.ResponseTrailers.Add(name, header.Value);
    }
}
