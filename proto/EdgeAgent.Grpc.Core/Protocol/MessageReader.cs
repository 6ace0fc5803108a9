using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Grpc.Core.Internal;

/// <summary>
/// Reads length-prefixed messages out of a pipe. Whatever breaks the protocol throws <see cref="RpcException"/> with the status that ends the call.
/// Nothing is allocated for a message before its header is accepted.
/// </summary>
/// <param name="pipe">The bytes.</param>
/// <param name="maxSize">Largest message in bytes, also after decompression; null for no limit.</param>
/// <param name="encoding">The <c>grpc-encoding</c> of the stream; null for identity.</param>
internal sealed class MessageReader(PipeReader pipe, int? maxSize, string? encoding) : DeserializationContext
{
    private const int HeaderSize = MessageWriter.HeaderSize;

    private ReadOnlySequence<byte> payload;

    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;

    /// <summary>The next message, or null at the end of the stream.</summary>
    // A stream waits in this for its next message nearly always: of one wait after another each reuses what the one before was kept in.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserialize, CancellationToken cancellationToken)
        where T : class
    {
        var needed = HeaderSize;
        while (true)
        {
            // ReadAsync waits without holding a buffer; ReadAtLeast fetches a message whose size is known in one piece.
            var result = needed == HeaderSize
                ? await pipe.ReadAsync(cancellationToken).ConfigureAwait(false)
                : await pipe.ReadAtLeastAsync(needed, cancellationToken).ConfigureAwait(false);
            var consumed = result.Buffer.Start;
            var examined = result.Buffer.End;
            try
            {
                if (TryReadHeader(result.Buffer, out var compressed, out var length))
                {
                    needed = HeaderSize + length;
                    if (result.Buffer.Length >= needed)
                    {
                        var message = Deserialize(result.Buffer.Slice(HeaderSize, length), compressed, deserialize);
                        consumed = examined = result.Buffer.GetPosition(needed);
                        return message;
                    }
                }

                if (result.IsCompleted)
                    return result.Buffer.IsEmpty ? null : throw Failure(StatusCode.Internal, "Incomplete message.");
                if (result.IsCanceled)
                    throw new OperationCanceledException("Reading was cancelled.");
            }
            finally
            {
                pipe.AdvanceTo(consumed, examined);
            }
        }
    }

    private bool TryReadHeader(ReadOnlySequence<byte> buffer, out bool compressed, out int length)
    {
        compressed = false;
        length = 0;
        if (buffer.Length < HeaderSize)
            return false;

        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        if (header[0] > 1)
            throw Failure(StatusCode.Internal, $"Unexpected flags {header[0]} in message header; expected 0 or 1.");

        compressed = header[0] == 1;
        var size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (size > (uint)(maxSize ?? Array.MaxLength - HeaderSize))
            throw TooLarge(size);
        if (compressed && (encoding is null || encoding == ProtocolHeaders.Identity))
            throw Failure(StatusCode.Internal, $"Compressed message without a {ProtocolHeaders.Encoding}.");
        if (compressed && encoding != ProtocolHeaders.Gzip)
            throw Failure(StatusCode.Unimplemented, $"Unsupported {ProtocolHeaders.Encoding} '{encoding}'; expected one of {ProtocolHeaders.AcceptedEncodings}.");
        length = (int)size;
        return true;
    }

    private T Deserialize<T>(ReadOnlySequence<byte> body, bool compressed, Func<DeserializationContext, T> deserialize)
        where T : class
    {
        using var plain = compressed ? Decompress(body) : null;
        payload = plain is null ? body : new ReadOnlySequence<byte>(plain.Written);
        try
        {
            return deserialize(this) ?? throw Failure(StatusCode.Internal, "The deserializer gave no message.");
        }
        catch (Exception error) when (error is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, "Message cannot be deserialized: " + error.Message, error));
        }
        finally
        {
            payload = default;
        }
    }

    private PooledBuffer Decompress(ReadOnlySequence<byte> body)
    {
        var plain = new PooledBuffer();
        try
        {
            if (!GzipEncoding.TryDecompress(body, maxSize ?? int.MaxValue, plain))
                throw TooLarge(plain.Length);
            return plain;
        }
        catch (InvalidDataException error)
        {
            plain.Dispose();
            throw new RpcException(new Status(StatusCode.Internal, "Message is no valid gzip.", error));
        }
        catch
        {
            plain.Dispose();
            throw;
        }
    }

    private RpcException TooLarge(uint size) =>
        Failure(StatusCode.ResourceExhausted, $"Received message exceeds the maximum configured message size: {size} > {maxSize} bytes.");

    private RpcException TooLarge(int size) => TooLarge((uint)size);

    private static RpcException Failure(StatusCode code, string detail) => new(new Status(code, detail));
}
