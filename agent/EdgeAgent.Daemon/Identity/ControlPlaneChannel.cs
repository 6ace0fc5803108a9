using System.Net.Security;
using Grpc.Net.Client;

namespace EdgeAgent.Daemon;

/// <summary>Opens channels to the control plane.</summary>
internal static class ControlPlaneChannel
{
    /// <summary>A policy of a million prefixes takes a few megabytes.</summary>
    private const int LargestMessage = 64 << 20;

    /// <summary>So much is under way before the control plane waits for an answer: a policy of thousands of peers comes in one go.</summary>
    private const int Window = 1 << 20;

    /// <summary>A channel; the network is touched by its first call.</summary>
    /// <param name="way">The way to it.</param>
    /// <param name="tls">How the handshake is made; null for plaintext.</param>
    internal static GrpcChannel Open(ControlPlaneWay way, SslClientAuthenticationOptions? tls)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = way.Patience,
            InitialHttp2StreamWindowSize = Window,
            ConnectCallback = (_, cancellation) => way.ConnectAsync(cancellation),
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
        };
        if (tls is not null)
            handler.SslOptions = tls;
        return GrpcChannel.ForAddress(way.ControlPlane, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestMessage,
            MaxSendMessageSize = LargestMessage,
            ThrowOperationCanceledOnCancellation = true,
        });
    }
}
