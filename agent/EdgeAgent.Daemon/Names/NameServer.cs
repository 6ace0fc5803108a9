using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// Asks one name server: over UDP from a fresh port with a random id, over TCP where the answer is cut off, or where somebody seems to be
/// guessing. The socket is connected, so that the kernel lets through what comes from the server's address and port alone.
/// </summary>
/// <param name="endpoint">Where the server is.</param>
internal sealed class NameServer(IPEndPoint endpoint)
{
    /// <summary>Datagrams that are no answer to the question; more are not bad luck.</summary>
    private const int MostStrangers = 16;

    /// <summary>Asks for the addresses of one family.</summary>
    /// <exception cref="DnsException">There is no answer, or none that helps.</exception>
    internal async Task<DnsAnswer> AskAsync(string name, IpFamily family, TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(patience);
        var stranger = 0;
        try
        {
            var query = new DnsQuery((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, RecordTypes.Of(family));
            var message = await OverUdpAsync(query, extended: true, () => stranger++, deadline.Token).ConfigureAwait(false);
            if (message is not null && DnsAnswer.IsPuzzled(message))
                message = await OverUdpAsync(query, extended: false, () => stranger++, deadline.Token).ConfigureAwait(false);
            if (message is null || DnsAnswer.IsTruncated(message))
                message = await OverTcpAsync(query, deadline.Token).ConfigureAwait(false);
            return DnsAnswer.Read(message, query);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DnsException($"no answer within {patience.TotalSeconds:0.#} s{(stranger > 0 ? $"; {stranger} messages were dropped that were none" : "")}");
        }
        catch (SocketException e)
        {
            throw new DnsException(e.SocketErrorCode == SocketError.AccessDenied ? "this host's own packet filter denies it" : e.Message);
        }
        catch (IOException e)
        {
            throw new DnsException(e.Message);
        }
    }

    /// <summary>The answer; null where there were too many that only looked like one.</summary>
    private async Task<byte[]?> OverUdpAsync(DnsQuery query, bool extended, Action dropped, CancellationToken cancellation)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
        await socket.SendAsync(query.ToMessage(extended), cancellation).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(ushort.MaxValue);
        try
        {
            for (var i = 0; i < MostStrangers; i++)
            {
                var length = await socket.ReceiveAsync(buffer.AsMemory(), cancellation).ConfigureAwait(false);
                if (DnsAnswer.Belongs(buffer.AsSpan(0, length), query))
                    return buffer.AsSpan(0, length).ToArray();
                dropped();
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<byte[]> OverTcpAsync(DnsQuery query, CancellationToken cancellation)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        var question = query.ToMessage(extended: true);
        var framed = new byte[question.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
        question.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellation).ConfigureAwait(false);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellation).ConfigureAwait(false);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancellation).ConfigureAwait(false);
        return DnsAnswer.Belongs(message, query) ? message : throw new DnsException("what came over TCP is no answer to the question");
    }
}
