using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Core.Internal;

namespace EdgeAgent.GrpcTests.Internals;

/// <summary>Messages in and out of a pipe, however the bytes are cut.</summary>
public sealed class MessageFramingTests
{
    private static readonly Func<DeserializationContext, byte[]> ReadArray = context => context.PayloadAsNewBuffer();

    [Fact]
    public async Task Messages_survive_any_way_of_writing_and_any_cut()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var messages = Enumerable.Range(0, random.Next(1, 6)).Select(_ => new byte[random.Next(4) * random.Next(2000)]).ToList();
            messages.ForEach(random.NextBytes);
            CompressionLevel? compression = random.Next(3) == 0 ? CompressionLevel.Fastest : null;
            var stream = new ArrayBufferWriter<byte>();
            var writer = new MessageWriter(maxSize: null, compression);
            foreach (var message in messages)
                writer.Write(message, Serializer(random.Next(3)), stream, random.Next(2) == 0 ? WriteFlags.NoCompress : default);

            var pipe = new Pipe();
            var feeding = FeedAsync(pipe.Writer, stream.WrittenMemory, random);
            var reader = new MessageReader(pipe.Reader, maxSize: 8000, compression is null ? null : "gzip");
            var read = new List<byte[]>();
            while (await reader.ReadAsync(ReadArray, CancellationToken.None) is { } message)
                read.Add(message);
            await feeding;

            Assert.True(messages.Count == read.Count && messages.Zip(read).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)), $"seed {seed}");
        }
    }

    [Fact]
    public void Serializer_that_lies_about_its_size_breaks_the_stream()
    {
        foreach (var (announced, written) in new[] { (3, 2), (3, 4), (0, 1) })
        {
            var writer = new MessageWriter(maxSize: null, compression: null);

            Assert.Throws<InvalidOperationException>(() => writer.Write(new byte[written], Liar(announced), new ArrayBufferWriter<byte>(), default));
            Assert.True(writer.IsBroken);
        }
    }

    [Fact]
    public void Serializer_that_fails_before_its_first_byte_leaves_the_stream_whole()
    {
        var writer = new MessageWriter(maxSize: 10, compression: null);
        var stream = new ArrayBufferWriter<byte>();

        Assert.Throws<RpcException>(() => writer.Write(new byte[11], Serializer(0), stream, default));
        Assert.Throws<RpcException>(() => writer.Write(new byte[11], Serializer(1), stream, default));
        Assert.Throws<InvalidOperationException>(() => writer.Write(new byte[1], (_, _) => { }, stream, default));
        writer.Write(new byte[10], Serializer(0), stream, default);

        Assert.False(writer.IsBroken);
        Assert.Equal(15, stream.WrittenCount);
    }

    [Fact]
    public void Marshaller_of_one_kind_serves_callers_of_the_other()
    {
        var contextual = Marshallers.Create(Serializer(1), ReadArray);
        var arrays = Marshallers.Create<byte[]>(value => value, value => value);
        byte[] message = [1, 2, 3];
        var stream = new ArrayBufferWriter<byte>();

        new MessageWriter(maxSize: null, compression: null).Write(message, arrays.ContextualSerializer, stream, default);

        Assert.Equal(message, contextual.Deserializer(contextual.Serializer(message)));
        Assert.Equal([0, 0, 0, 0, 3, 1, 2, 3], stream.WrittenSpan.ToArray());
    }

    // 0: an array; 1: into the buffer after saying the size; 2: into the buffer without saying it.
    private static Action<byte[], SerializationContext> Serializer(int way) => (message, context) =>
    {
        if (way == 0)
        {
            context.Complete(message);
            return;
        }

        if (way == 1)
            context.SetPayloadLength(message.Length);
        context.GetBufferWriter().Write(message);
        context.Complete();
    };

    private static Action<byte[], SerializationContext> Liar(int announced) => (message, context) =>
    {
        context.SetPayloadLength(announced);
        context.GetBufferWriter().Write(message);
        context.Complete();
    };

    private static async Task FeedAsync(PipeWriter pipe, ReadOnlyMemory<byte> bytes, Random random)
    {
        while (!bytes.IsEmpty)
        {
            var cut = Math.Min(bytes.Length, random.Next(1, random.Next(2) == 0 ? 4 : 3000));
            await pipe.WriteAsync(bytes[..cut]);
            bytes = bytes[cut..];
            if (random.Next(4) == 0)
                await Task.Yield();
        }

        await pipe.CompleteAsync();
    }
}
