using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace EdgeAgent.Daemon.Tests;

/// <summary>The HTTP/2 frames that an agent sends (RFC 9113, 4.1).</summary>
internal sealed class AgentFrames
{
    private const int PrefaceLength = 24, HeaderLength = 9, Data = 0, Ping = 6, Acknowledges = 1;

    private readonly ConcurrentQueue<(byte Kind, byte Flags)> _seen = new();

    /// <summary>How many carried messages.</summary>
    internal int Messages => _seen.Count(frame => frame.Kind == Data);

    /// <summary>How many asked for an answer: PINGs that are none themselves (RFC 9113, 6.7).</summary>
    internal int Questions => _seen.Count(frame => frame.Kind == Ping && (frame.Flags & Acknowledges) == 0);

    /// <summary>Hands the frames of a connection in plaintext on, and keeps what they are.</summary>
    internal async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var (transport, watched) = (connection.Transport, new Pipe());
        connection.Transport = new Watched(watched.Reader, transport.Output);
        var passing = PassAsync(transport.Input, watched.Writer);
        await next(connection);
        transport.Input.CancelPendingRead();
        await passing;
    }

    private async Task PassAsync(PipeReader from, PipeWriter to)
    {
        try
        {
            for (var start = PrefaceLength; ;)
            {
                var read = await from.ReadAsync();
                var rest = read.Buffer;
                while (TryTake(ref rest, start, out var whole))
                {
                    start = 0;
                    foreach (var part in whole)
                        to.Write(part.Span);
                }

                from.AdvanceTo(rest.Start, rest.End);
                if ((await to.FlushAsync()).IsCompleted || read.IsCompleted || read.IsCanceled)
                    break;
            }

            await to.CompleteAsync();
        }
        catch (IOException e)
        {
            await to.CompleteAsync(e);
        }
    }

    private bool TryTake(ref ReadOnlySequence<byte> bytes, int start, out ReadOnlySequence<byte> whole)
    {
        whole = default;
        if (bytes.Length < start + HeaderLength)
            return false;
        Span<byte> header = stackalloc byte[HeaderLength];
        bytes.Slice(start, HeaderLength).CopyTo(header);
        var length = start + HeaderLength + ((header[0] << 16) | (header[1] << 8) | header[2]);
        if (bytes.Length < length)
            return false;
        _seen.Enqueue((header[3], header[4]));
        (whole, bytes) = (bytes.Slice(0, length), bytes.Slice(length));
        return true;
    }

    private sealed record Watched(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
