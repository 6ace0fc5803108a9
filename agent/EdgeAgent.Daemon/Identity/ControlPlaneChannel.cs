using System.Net.Security;
using EdgeAgent.Contracts;
using Grpc.Net.Client;

namespace EdgeAgent.Daemon;

/// <summary>Opens channels to the control plane.</summary>
internal static class ControlPlaneChannel
{
    /// <summary>A policy of a million prefixes takes a few megabytes.</summary>
    private const int LargestMessage = 64 << 20;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <summary>A channel; the network is touched by its first call.</summary>
    /// <param name="controlPlane">The control plane.</param>
    /// <param name="addresses">Its addresses.</param>
    /// <param name="tls">How the handshake is made; null for plaintext.</param>
    internal static GrpcChannel Open(Uri controlPlane, EquatableArray<IpAddress> addresses, SslClientAuthenticationOptions? tls)
    {
        var resolved = new ControlPlaneAddresses(controlPlane);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectPatience,
            ConnectCallback = (_, cancellation) => resolved.ConnectAsync(addresses, cancellation),
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
        };
        if (tls is not null)
            handler.SslOptions = tls;
        return GrpcChannel.ForAddress(controlPlane, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestMessage,
            MaxSendMessageSize = LargestMessage,
            ThrowOperationCanceledOnCancellation = true,
        });
    }
}
