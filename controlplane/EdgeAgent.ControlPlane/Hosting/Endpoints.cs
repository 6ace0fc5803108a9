using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Trust;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>What the server listens on, and the limits of what it accepts there.</summary>
internal static class Endpoints
{
    // Enough for processors to be busy while packets are on long ways, and few enough that each handshake is done in a fraction of its time.
    private const int HandshakesOfProcessor = 32;

    // A fleet that comes back knocks all at once; who finds the line full is not answered, and tries again only seconds later. The kernel
    // makes it no longer than net.core.somaxconn (4096).
    private const int LongestLine = 16_384;

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1);

    /// <summary>Sets up the sockets beneath Kestrel.</summary>
    public static void Configure(SocketTransportOptions sockets) => sockets.Backlog = LongestLine;

    /// <summary>Sets up Kestrel.</summary>
    public static void Configure(KestrelServerOptions kestrel, ServerConfiguration configuration, ServerCertificates? certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 100_000;
        // A host that lost its power does not say so: after half a minute without a pong it is disconnected.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        // Whoever begins slowly is let go: the handshake, the headers, and the body of a call with one answer have their time.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        // What a peer may send before it is read: a call's share, and a connection's.
        kestrel.Limits.Http2.InitialStreamWindowSize = 128 * 1024;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 512 * 1024;
        // The few calls of a connection are not worth a table of the headers that were seen, which has its size from the start (RFC 7541).
        kestrel.Limits.Http2.HeaderTableSize = 0;
        // An agent has two calls open and a person's tool a few. Simulated fleets without TLS share connections.
        kestrel.Limits.Http2.MaxStreamsPerConnection = certificates is null ? 1000 : 32;
        kestrel.Listen(configuration.Listen.Address, configuration.Listen.Port, listen =>
        {
            listen.Protocols = certificates is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
            if (certificates is not null)
                UseTls(listen, certificates);
        });
        if (configuration.Http is not { } http)
            return;
        kestrel.Listen(http.Address, http.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(PlainHttp.Mark);
                return next(connection);
            });
        });
    }

    private static void UseTls(ListenOptions listen, ServerCertificates certificates)
    {
        var turns = new HandshakeTurns(HandshakesOfProcessor * Environment.ProcessorCount, LongestTurn, IsBusy, TimeProvider.System);
        listen.Use(next => async connection =>
        {
            try
            {
                using var turn = await turns.TakeAsync(connection.ConnectionClosed);
                connection.Features.Set(turn);
                await next(connection);
            }
            catch (OperationCanceledException) when (connection.ConnectionClosed.IsCancellationRequested)
            {
                // The client did not wait.
            }
        });
        listen.UseHttps(certificates.Configure);
        listen.Use(next => connection =>
        {
            connection.Features.Get<HandshakeTurn>()?.Dispose();
            ShortRecords.Use(connection);
            return next(connection);
        });
    }

    /// <summary>Whether a request came over the plain HTTP endpoint.</summary>
    public static bool IsPlainHttp(HttpContext context) => context.Features.Get<PlainHttp>() is not null;

    private static bool IsBusy() => ThreadPool.PendingWorkItemCount > Environment.ProcessorCount;

    private sealed class PlainHttp
    {
        public static PlainHttp Mark { get; } = new();
    }
}
