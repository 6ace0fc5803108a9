using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>
/// Sends what a TLS connection has to say in records that are no longer than the server's part of the handshake was. The buffer through which
/// .NET takes records from OpenSSL (a memory BIO, BIO_s_mem(3)) grows to the longest and never shrinks: with Kestrel's 4 KiB at a time each
/// host would take 3.4 KiB more from its first policy on. A mark and a small change fit into one; of what is long, each record costs
/// some microseconds.
/// </summary>
internal static class ShortRecords
{
    // One of these in a record of TLS 1.3 (RFC 8446, 5.2) is as long as a hello, a certificate on P-256 with what belongs to it, and its proof.
    private const int Longest = 1536;

    /// <summary>Lets a connection that made its handshake write so.</summary>
    public static void Use(ConnectionContext connection)
    {
        var stream = connection.Features.Get<ISslStreamFeature>()!.SslStream;
        connection.Transport = new Transport(connection.Transport.Input, PipeWriter.Create(stream, new(Pool.Instance, Longest, leaveOpen: true)));
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Pool : MemoryPool<byte>
    {
        public static Pool Instance { get; } = new();

        public override int MaxBufferSize => Longest;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Piece(ArrayPool<byte>.Shared.Rent(Longest));

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Piece(byte[] array) : IMemoryOwner<byte>
    {
        private byte[]? _array = array;

        public Memory<byte> Memory => _array.AsMemory(0, Longest);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } returned)
                ArrayPool<byte>.Shared.Return(returned);
        }
    }
}
