using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A question as it arrived.</summary>
internal sealed record AskedQuestion(ushort Id, string Name, ushort Type, bool OverTcp, int Port, bool Extended);

/// <summary>A name server in a namespace, over real UDP and TCP, which answers as the test says.</summary>
internal sealed class FakeNameServer : IDisposable
{
    private const int Port = 53;

    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly CancellationTokenSource _end = new();

    /// <param name="place">Where.</param>
    /// <param name="address">At which address.</param>
    internal FakeNameServer(TestNamespace place, IPAddress address)
    {
        (_udp, _tcp) = place.Run(() =>
        {
            var udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(address, Port));
            var tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            tcp.Bind(new IPEndPoint(address, Port));
            tcp.Listen();
            return (udp, tcp);
        });
        _ = ServeUdpAsync();
        _ = ServeTcpAsync();
    }

    /// <summary>What is sent for a question, in order; nothing for silence.</summary>
    internal Func<AskedQuestion, IEnumerable<byte[]>> Reply { get; set; } = _ => [];

    internal ConcurrentQueue<AskedQuestion> Questions { get; } = new();

    /// <summary>From now on every name has these addresses.</summary>
    internal void Has(uint life, params string[] addresses) => Reply = asked => [Message.Answer(asked.Id, asked.Name, asked.Type, life, addresses)];

    public void Dispose()
    {
        _end.Cancel();
        _udp.Dispose();
        _tcp.Dispose();
        _end.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                foreach (var reply in Take(buffer.AsSpan(0, received.ReceivedBytes), false, (IPEndPoint)received.RemoteEndPoint))
                    await _udp.SendToAsync(reply, SocketFlags.None, received.RemoteEndPoint, _end.Token);
            }
            catch (SocketException)
            {
                // The asker has gone; the next may come.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeTcpAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var socket = await _tcp.AcceptAsync(_end.Token);
                await using var stream = new NetworkStream(socket);
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _end.Token);
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(message, _end.Token);
                foreach (var reply in Take(message, true, (IPEndPoint)socket.RemoteEndPoint!))
                {
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)reply.Length);
                    await stream.WriteAsync((byte[])[.. length, .. reply], _end.Token);
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // The asker has gone; the next may come.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private List<byte[]> Take(ReadOnlySpan<byte> message, bool overTcp, IPEndPoint from)
    {
        var (name, at) = (new List<string>(), 12);
        while (message[at] is var length && length > 0)
        {
            name.Add(Encoding.ASCII.GetString(message.Slice(at + 1, length)));
            at += length + 1;
        }

        var asked = new AskedQuestion(
            BinaryPrimitives.ReadUInt16BigEndian(message), string.Join('.', name), BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]), overTcp, from.Port, message[11] == 1);
        Questions.Enqueue(asked);
        return [.. Reply(asked)];
    }
}
