using System.Buffers;
using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>
/// A growing row of messages to send. Its memory comes from the shared pool and is used again after <see cref="Clear"/>,
/// so that encoding allocates nothing at steady state; above 1 MiB it is the system's own, which grows without being copied
/// and is given back at once.
/// </summary>
public sealed class MessageBuffer : IDisposable
{
    private const int SmallestCapacity = 4096;
    private const int LargestPooledCapacity = 1 << 20;
    private byte[] _pooled;
    private NativeBlock? _large;

    /// <param name="capacity">Bytes to start with, at most 1 MiB; it grows as needed.</param>
    public MessageBuffer(int capacity = SmallestCapacity) => _pooled = ArrayPool<byte>.Shared.Rent(Math.Clamp(capacity, SmallestCapacity, LargestPooledCapacity));

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Messages begun so far.</summary>
    public int MessageCount { get; private set; }

    /// <summary>All that was written.</summary>
    public ReadOnlySpan<byte> Written => All[..Length];

    private Span<byte> All => _large is null ? _pooled : _large.Span;

    private int Capacity => _large?.Length ?? _pooled.Length;

    /// <summary>Starts a message; disposing the writer ends it.</summary>
    /// <param name="type">nlmsg_type.</param>
    /// <param name="flags">nlmsg_flags.</param>
    /// <param name="sequence">The number by which the kernel's answers name this message.</param>
    public MessageWriter Begin(ushort type, MessageFlags flags, uint sequence)
    {
        var start = Length;
        var header = Take(NetlinkMessage.HeaderLength);
        header.Clear();
        MemoryMarshal.Write(header[4..], type);
        MemoryMarshal.Write(header[6..], (ushort)flags);
        MemoryMarshal.Write(header[8..], sequence);
        MessageCount++;
        return new MessageWriter(this, start);
    }

    /// <summary>Adds flags to a message that was already ended.</summary>
    /// <param name="start">Where in <see cref="Written"/> the message begins.</param>
    /// <param name="flags">The flags to set beside those that it has.</param>
    public void AddFlags(int start, MessageFlags flags)
    {
        var field = All.Slice(start + 6, 2);
        MemoryMarshal.Write(field, (ushort)(MemoryMarshal.Read<ushort>(field) | (ushort)flags));
    }

    /// <summary>Gives a message that was already ended another sequence number.</summary>
    /// <param name="start">Where in <see cref="Written"/> the message begins.</param>
    /// <param name="sequence">The number by which the kernel's answers will name it.</param>
    public void SetSequence(int start, uint sequence) => MemoryMarshal.Write(All.Slice(start + 8, 4), sequence);

    /// <summary>Makes sure that this many more bytes fit without another growth.</summary>
    public void Reserve(int bytes)
    {
        if (Capacity - Length < bytes)
            Grow(bytes, spare: Capacity / 4);
    }

    /// <summary>Forgets all messages and keeps the memory, unless it is large.</summary>
    public void Clear()
    {
        Length = 0;
        MessageCount = 0;
        _large?.Dispose();
        _large = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        if (_pooled.Length > 0)
            ArrayPool<byte>.Shared.Return(_pooled);
        _pooled = [];
    }

    /// <summary>The next <paramref name="count"/> bytes, not cleared.</summary>
    internal Span<byte> Take(int count)
    {
        if (Capacity - Length < count)
            Grow(count, spare: Capacity);
        var span = All.Slice(Length, count);
        Length += count;
        return span;
    }

    internal Span<byte> From(int start) => All[start..Length];

    private void Grow(int count, int spare)
    {
        var needed = checked(Length + count);
        var wanted = (int)Math.Max(needed, Math.Min((long)Capacity + spare, Array.MaxLength));
        if (_large is not null)
        {
            _large.Resize(wanted);
            return;
        }

        if (wanted > LargestPooledCapacity)
        {
            var large = new NativeBlock(wanted);
            Written.CopyTo(large.Span);
            _large = large;
            return;
        }

        var pooled = ArrayPool<byte>.Shared.Rent(wanted);
        Written.CopyTo(pooled);
        ArrayPool<byte>.Shared.Return(_pooled);
        _pooled = pooled;
    }
}
