using System.Runtime.InteropServices;

namespace EdgeAgent.Netlink;

/// <summary>
/// A large piece of memory outside the collected heap. The system moves its pages when it grows instead of copying bytes,
/// only pages that are written to cost memory, and all of it goes back at once.
/// </summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    private byte* _start;

    internal NativeBlock(int length)
    {
        _start = (byte*)NativeMemory.Alloc((nuint)length);
        Length = length;
    }

    ~NativeBlock() => NativeMemory.Free(_start);

    /// <summary>Bytes.</summary>
    internal int Length { get; private set; }

    /// <summary>The memory; not cleared.</summary>
    internal Span<byte> Span => new(_start, Length);

    /// <summary>Grows; spans taken before are no longer valid.</summary>
    internal void Resize(int length)
    {
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)length);
        Length = length;
    }

    public void Dispose()
    {
        NativeMemory.Free(_start);
        _start = null;
        Length = 0;
        GC.SuppressFinalize(this);
    }
}
