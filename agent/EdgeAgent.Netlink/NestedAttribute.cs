using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>An attribute that holds attributes; disposing it writes its length. Its start is fixed, its end is wherever the buffer then ends.</summary>
public readonly ref struct NestedAttribute
{
    private readonly MessageBuffer _buffer;
    private readonly int _start;

    internal NestedAttribute(MessageBuffer buffer, int start)
    {
        _buffer = buffer;
        _start = start;
    }

    /// <summary>Bytes so far, header included. It must stay at or below 65,535 (<see cref="ushort.MaxValue"/>).</summary>
    public int Length => _buffer.Length - _start;

    /// <summary>Ends the attribute.</summary>
    /// <exception cref="InvalidOperationException">It holds more than a 16-bit length can say; the kernel would read garbage.</exception>
    public void Dispose()
    {
        if (Length > ushort.MaxValue)
            throw new InvalidOperationException($"A nested attribute has {Length} bytes, the limit is {ushort.MaxValue}: split it.");
        MemoryMarshal.Write(_buffer.From(_start), (ushort)Length);
    }
}
