using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeAgent.Netlink;

namespace EdgeAgent.Lab;

/// <summary>How a connection attempt ended.</summary>
public enum Outcome
{
    /// <summary>The right service answered.</summary>
    Reached,

    /// <summary>Nothing came back in time: what dropped packets look like.</summary>
    Silence,

    /// <summary>Anything else: a reset, an unreachable network, another service's answer.</summary>
    Fault,
}

/// <summary>One real HTTP request from one node to another.</summary>
public static class Attempt
{
    /// <summary>Shorter than a second, so that a lost SYN (RFC 6298: sent again after a second) is not a second chance.</summary>
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromMilliseconds(900);

    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Makes sockets in the source's network namespace, one for each attempt.</summary>
    public static IReadOnlyList<Socket> OpenSockets(LabNode source, int count) => NetworkNamespace.Run(
        source.NamespaceFile,
        () => Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }).ToList());

    /// <summary>Connects, asks, and reads the answer.</summary>
    /// <param name="socket">A socket of the source; disposed at the end.</param>
    /// <param name="source">Its node.</param>
    /// <param name="destination">The node to reach.</param>
    /// <param name="port">The port there.</param>
    public static async Task<(Outcome Outcome, string Detail)> RunAsync(Socket socket, LabNode source, LabNode destination, ushort port)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        using var _ = socket;
        try
        {
            socket.Bind(new IPEndPoint(source.Address, 0));
            var connecting = socket.ConnectAsync(new IPEndPoint(destination.Address, port));
            await Task.WhenAny(connecting, Task.Delay(_connectTimeout));

            // Whether an answer came in time is the kernel's word: on a busy machine this process may hear of it later.
            if (!connecting.IsCompleted && !socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite))
                return (Outcome.Silence, "no answer to the SYN");
            await connecting;
        }
        catch (SocketException e)
        {
            return (Outcome.Fault, e.Message);
        }

        return await AskAsync(socket, destination);
    }

    private static async Task<(Outcome Outcome, string Detail)> AskAsync(Socket socket, LabNode destination)
    {
        try
        {
            using var timeout = new CancellationTokenSource(_answerTimeout);
            var request = $"GET / HTTP/1.1\r\nHost: {destination.ShortName}\r\nConnection: close\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), timeout.Token);
            using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var answer = await reader.ReadToEndAsync(timeout.Token);
            return answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.EndsWith(HttpService.Greeting(destination), StringComparison.Ordinal)
                ? (Outcome.Reached, "")
                : (Outcome.Fault, $"connected, and read '{answer}'");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return (Outcome.Fault, $"connected, and then: {e.Message}");
        }
    }
}
