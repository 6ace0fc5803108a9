using System.Buffers;
using System.IO.Compression;

namespace Grpc.Core.Internal;

/// <summary>Messages compressed one by one.</summary>
internal static class GzipEncoding
{
    private const int StepSize = 16 * 1024;

    public static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> plain, CompressionLevel level)
    {
        var compressed = new MemoryStream(Math.Max(64, plain.Length / 4));
        using (var gzip = new GZipStream(compressed, level, leaveOpen: true))
            gzip.Write(plain.Span);
        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }

    /// <summary>
    /// Writes the plain bytes to <paramref name="plain"/>; false as soon as they pass <paramref name="limit"/> bytes, so that a small message
    /// cannot fill the memory. Throws <see cref="InvalidDataException"/> for what is no gzip.
    /// </summary>
    public static bool TryDecompress(ReadOnlySequence<byte> compressed, int limit, PooledBuffer plain)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed.ToArray(), writable: false), CompressionMode.Decompress);
        while (true)
        {
            var read = gzip.Read(plain.GetSpan(StepSize));
            if (read == 0)
                return true;
            plain.Advance(read);
            if (plain.Length > limit)
                return false;
        }
    }
}
