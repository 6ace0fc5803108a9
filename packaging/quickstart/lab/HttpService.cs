using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeAgent.Netlink;

namespace EdgeAgent.Lab;

/// <summary>An HTTP/1.1 server (RFC 9112) that answers every request with its own name.</summary>
public sealed class HttpService : IDisposable
{
    private const int LongestRequest = 8 * 1024;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly LabNode _node;
    private readonly Socket _listener;

    private HttpService(LabNode node, Socket listener)
    {
        _node = node;
        _listener = listener;
    }

    /// <summary>Listens on all ports of a node, in its network namespace.</summary>
    public static IReadOnlyList<HttpService> Start(LabNode node) => NetworkNamespace.Run(node.NamespaceFile, () => node.Ports.Select(port =>
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(256);
        return new HttpService(node, listener);
    }).ToList());

    /// <summary>Serves until it is cancelled.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var connection = await _listener.AcceptAsync(cancellation);
            _ = AnswerAsync(connection);
        }
    }

    /// <summary>What a client reads when it has reached the node.</summary>
    public static string Greeting(LabNode node) => $"this is {node.ProbeName}\n";

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AnswerAsync(Socket connection)
    {
        using var _ = connection;
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            var request = new byte[LongestRequest];
            var length = 0;
            while (request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                var received = length < LongestRequest ? await connection.ReceiveAsync(request.AsMemory(length), patience.Token) : 0;
                if (received == 0)
                    return;
                length += received;
            }

            var body = Greeting(_node);
            var answer = $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
            await connection.SendAsync(Encoding.ASCII.GetBytes(answer), patience.Token);
            connection.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A client that went away, or says nothing, gets no answer.
        }
    }
}
