using System.Net.Sockets;

namespace EdgeAgent.Cli.Server;

/// <summary>Chooses among control planes, each of which is as good as the others.</summary>
internal static class ServerChoice
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>Reads one address or several, separated by commas.</summary>
    /// <exception cref="CommandFailure">One is none.</exception>
    public static IReadOnlyList<Uri> Read(string given) => [.. given.Split(',', StringSplitOptions.TrimEntries).Select(ReadOne).Distinct()];

    /// <summary>The only one; of several the first that takes a connection, in an order that is drawn anew each time.</summary>
    /// <exception cref="CommandFailure">None does.</exception>
    public static Uri Reachable(IReadOnlyList<Uri> servers)
    {
        if (servers is [var only])
            return only;
        var order = servers.ToArray();
        Random.Shared.Shuffle(order);
        var problems = new List<string>();
        foreach (var server in order)
        {
            if (Problem(server) is not { } problem)
                return server;
            problems.Add($"{server.Authority}: {problem}");
        }

        throw CommandFailure.Server($"edgectl: the server cannot be reached: {string.Join("; ", problems)}");
    }

    private static Uri ReadOne(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            throw CommandFailure.BadInput($"edgectl: '{text}' is no server; expected http://HOST:PORT or https://HOST:PORT, or several of them separated by commas");
        if (address.AbsolutePath != "/" || address.Query.Length > 0 || address.UserInfo.Length > 0)
            throw CommandFailure.BadInput($"edgectl: '{text}' says more than a server; expected {address.Scheme}://HOST:PORT alone");
        return address;
    }

    private static string? Problem(Uri server)
    {
        try
        {
            using var client = new TcpClient();
            return client.ConnectAsync(server.DnsSafeHost, server.Port).Wait(_patience) ? null : "no answer in time";
        }
        catch (AggregateException e) when (e.InnerException is SocketException refusal)
        {
            return refusal.Message;
        }
    }
}
