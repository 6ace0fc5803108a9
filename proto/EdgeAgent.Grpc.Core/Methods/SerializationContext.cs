using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Where a serializer puts one message: say the size, write to <see cref="GetBufferWriter"/>, then <see cref="Complete()"/>;
/// or hand over an array with <see cref="Complete(byte[])"/>.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Ends the message with this payload.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>The buffer to write to. Without a size said before, the message is buffered until it is complete.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>Says the exact payload size in bytes, so that it can be written in place.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>Ends the message that was written to the buffer.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
