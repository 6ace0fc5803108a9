using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class ShortRecordsTests
{
    // Five bytes before each record: its kind, a version, its length (RFC 8446, 5.1).
    private const int HeaderLength = 5;

    // What is sealed is longer than what is in it: by its kind and a tag in TLS 1.3.
    private const int Longest = 1536 + 256;

    [Fact]
    public async Task A_long_answer_comes_whole_in_records_that_are_short()
    {
        await using var server = await TrustedClients.StartSecureAsync();
        using var administrator = TrustedClients.Administrator(server);
        using var authority = TrustedClients.Authority(server);
        var received = new MemoryStream();
        var handler = TrustedClients.Handler(administrator, authority);
        handler.ConnectCallback = async (context, cancel) => await ConnectAsync(context.DnsEndPoint, received, cancel);
        using var channel = server.Channel(new() { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null });
        var admin = new AdminService.AdminServiceClient(channel);
        var yaml = Yaml.Join([.. Enumerable.Range(0, 100).Select(number => Yaml.Host($"host-{number}", $"10.0.1.{number}", "a"))]);
        Assert.True((await admin.ApplyAsync(TestServer.Request(yaml))).Accepted);

        var answer = await admin.ListAsync(new());

        Assert.Equal(100, answer.Resources.Count);
        var lengths = LengthsOf(received.ToArray());
        Assert.InRange(lengths.Max(), 1024, Longest);
        Assert.InRange(lengths.Sum(), answer.CalculateSize(), int.MaxValue);
    }

    private static async Task<Stream> ConnectAsync(DnsEndPoint server, MemoryStream received, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancel);
        return new Recorded(socket, received);
    }

    private static List<int> LengthsOf(ReadOnlySpan<byte> bytes)
    {
        var lengths = new List<int>();
        while (bytes.Length >= HeaderLength)
        {
            lengths.Add(BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]));
            bytes = bytes[Math.Min(bytes.Length, HeaderLength + lengths[^1])..];
        }

        return lengths;
    }

    /// <summary>A connection whose input is kept.</summary>
    private sealed class Recorded(Socket socket, MemoryStream received) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            received.Write(buffer.Span[..count]);
            return count;
        }
    }
}
