using System.Buffers;

namespace Grpc.Core.Internal;

/// <summary>A growing buffer that gives its memory back when disposed, after which it can be used anew.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int SmallestSize = 256;

    private byte[] array = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => array.AsMemory(0, Length);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, array.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Makes room for so many more bytes, so that known sizes need no growth.</summary>
    public void Reserve(int bytes)
    {
        if (array.Length - Length >= bytes)
            return;

        var wanted = Math.Max((long)Length + bytes, Math.Min(2L * array.Length, Array.MaxLength));
        var larger = ArrayPool<byte>.Shared.Rent(checked((int)Math.Max(wanted, SmallestSize)));
        array.AsSpan(0, Length).CopyTo(larger);
        var length = Length;
        Dispose();
        array = larger;
        Length = length;
    }

    public void Dispose()
    {
        if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
        array = [];
        Length = 0;
    }
}
