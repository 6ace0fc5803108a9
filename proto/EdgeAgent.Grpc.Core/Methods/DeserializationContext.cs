using System.Buffers;

namespace Grpc.Core;

/// <summary>One received message, valid until the deserializer returns.</summary>
public abstract class DeserializationContext
{
    /// <summary>Size of the payload in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The payload as a fresh array.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotImplementedException();

    /// <summary>The payload in the transport's own buffers; not to be kept.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotImplementedException();
}
