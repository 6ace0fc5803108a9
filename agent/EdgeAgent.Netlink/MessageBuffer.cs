using System.Buffers;
using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>
/// A growing row of messages to send. Its memory comes from the shared pool and is used again after <see cref="Clear"/>,
/// so that encoding allocates nothing at steady state; memory above 1 MiB is given back at once.
/// </summary>
public sealed class MessageBuffer : IDisposable
{
    private const int SmallestCapacity = 4096;
    private const int LargestPooledCapacity = 1 << 20;
    private byte[] _bytes;

    /// <param name="capacity">Bytes to start with; it grows as needed.</param>
    public MessageBuffer(int capacity = SmallestCapacity) => _bytes = Rent(Math.Max(capacity, SmallestCapacity));

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Messages begun so far.</summary>
    public int MessageCount { get; private set; }

    /// <summary>All that was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

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
        var field = _bytes.AsSpan(start + 6, 2);
        MemoryMarshal.Write(field, (ushort)(MemoryMarshal.Read<ushort>(field) | (ushort)flags));
    }

    /// <summary>Gives a message that was already ended another sequence number.</summary>
    /// <param name="start">Where in <see cref="Written"/> the message begins.</param>
    /// <param name="sequence">The number by which the kernel's answers will name it.</param>
    public void SetSequence(int start, uint sequence) => MemoryMarshal.Write(_bytes.AsSpan(start + 8, 4), sequence);

    /// <summary>Makes sure that this many more bytes fit without another growth.</summary>
    public void Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
            Grow(bytes, spare: _bytes.Length / 4);
    }

    /// <summary>Forgets all messages and keeps the memory, unless it is large.</summary>
    public void Clear()
    {
        Length = 0;
        MessageCount = 0;
        if (_bytes.Length > LargestPooledCapacity)
            _bytes = Rent(SmallestCapacity);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    /// <summary>The next <paramref name="count"/> bytes, not cleared.</summary>
    internal Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count, spare: _bytes.Length);
        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    internal Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    private void Grow(int count, int spare)
    {
        var needed = checked(Length + count);
        var larger = Rent((int)Math.Max(needed, Math.Min((long)_bytes.Length + spare, Array.MaxLength)));
        Written.CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
    }

    private static byte[] Rent(int capacity) => capacity <= LargestPooledCapacity
        ? ArrayPool<byte>.Shared.Rent(capacity)
        : GC.AllocateUninitializedArray<byte>(capacity);

    private static void Return(byte[] bytes)
    {
        if (bytes.Length is > 0 and <= LargestPooledCapacity)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}
