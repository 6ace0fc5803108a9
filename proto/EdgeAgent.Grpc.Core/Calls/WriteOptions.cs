namespace Grpc.Core;

/// <summary>How one message is written; the default is neither of these.</summary>
[Flags]
#pragma warning disable CA1008 // the official type has no name for zero
public enum WriteFlags
#pragma warning restore CA1008
{
    /// <summary>More follows soon: the message may wait in a buffer.</summary>
    BufferHint = 0x1,

    /// <summary>Not compressed, even if the call is.</summary>
    NoCompress = 0x2,
}

/// <summary>How messages are written.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    /// <summary>No flags.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; } = flags;
}
