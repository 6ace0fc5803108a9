using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Grpc.Core.Internal;

/// <summary>
/// Writes length-prefixed messages. A serializer that says the size first, as generated code does, writes straight into the output;
/// any other, and any compressed message, goes through a pooled buffer. One instance serves one stream, one message at a time.
/// </summary>
internal sealed class MessageWriter(int? maxSize, CompressionLevel? compression) : SerializationContext, IBufferWriter<byte>
{
    public const int HeaderSize = 5;

    private IBufferWriter<byte>? output;
    private PooledBuffer? buffer;
    private int announced = -1;
    private long written;
    private bool compress;
    private bool direct;
    private bool completed;

    /// <summary>True if a serializer failed within a message that was already part of the output: nothing sensible can follow.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Appends a message. Throws what the serializer throws, or <see cref="RpcException"/> ResourceExhausted if it is too large.</summary>
    public void Write<T>(T message, Action<T, SerializationContext> serialize, IBufferWriter<byte> target, WriteFlags flags)
    {
        output = target;
        compress = compression is not null && !flags.HasFlag(WriteFlags.NoCompress);
        announced = -1;
        written = 0;
        direct = false;
        completed = false;
        try
        {
            serialize(message, this);
            if (!completed)
                throw new InvalidOperationException("The serializer did not complete the message.");
        }
        catch when (direct)
        {
            IsBroken = true;
            throw;
        }
        finally
        {
            buffer?.Dispose();
            output = null;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        CheckSize(payloadLength);
        announced = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (announced < 0 || compress)
            return buffer ??= new PooledBuffer();

        if (!direct)
        {
            (output as PooledBuffer)?.Reserve(HeaderSize + announced);
            WriteHeader(isCompressed: false, announced);
            direct = true;
        }

        return this;
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (completed || direct)
            throw new InvalidOperationException("The message was written already.");
        Emit(payload);
    }

    public override void Complete()
    {
        if (completed)
            throw new InvalidOperationException("The message was written already.");
        if (direct && written != announced)
            throw new InvalidOperationException($"The serializer announced {announced} bytes and wrote {written}.");
        if (direct)
            completed = true;
        else
            Emit(buffer is null ? default : buffer.Written);
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        written += count;
        if (written > announced)
            throw new InvalidOperationException($"The serializer announced {announced} bytes and wrote more.");
        output!.Advance(count);
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => output!.GetMemory(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => output!.GetSpan(sizeHint);

    private void Emit(ReadOnlyMemory<byte> payload)
    {
        CheckSize(payload.Length);
        if (compress)
            payload = GzipEncoding.Compress(payload, compression!.Value);
        WriteHeader(compress, payload.Length);
        output!.Write(payload.Span);
        completed = true;
    }

    private void WriteHeader(bool isCompressed, int length)
    {
        var header = output!.GetSpan(HeaderSize);
        header[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
        output.Advance(HeaderSize);
    }

    private void CheckSize(int length)
    {
        if (length > maxSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"Sending message exceeds the maximum configured message size: {length} > {maxSize} bytes."));
    }
}
