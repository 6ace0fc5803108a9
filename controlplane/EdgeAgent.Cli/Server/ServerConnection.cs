using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using static EdgeAgent.Wire.V1.AdminService;

namespace EdgeAgent.Cli.Server;

/// <summary>The way to one control plane.</summary>
internal sealed class ServerConnection : IDisposable
{
    /// <summary>The longest answer that is taken: all resources of a large fleet.</summary>
    private const int LongestAnswer = 512 * 1024 * 1024;

    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _callTimeout = TimeSpan.FromSeconds(60);

    private readonly GrpcChannel _channel;

    public ServerConnection(Uri address, ClientIdentity identity, string? bearer)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = _connectTimeout,
            UseProxy = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        };
        if (address.Scheme == Uri.UriSchemeHttps)
            handler.SslOptions = identity.ToOptions();
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = LongestAnswer });
        Address = address;
        Admin = bearer is null ? new AdminServiceClient(_channel) : new AdminServiceClient(_channel.Intercept(metadata =>
        {
            metadata.Add("authorization", $"Bearer {bearer}");
            return metadata;
        }));
    }

    public AdminServiceClient Admin { get; }

    /// <summary>Where it leads.</summary>
    public Uri Address { get; }

    /// <summary>Options of a call with one answer, which must come within a minute.</summary>
    public static CallOptions Call(CancellationToken cancellation) => new(deadline: DateTime.UtcNow + _callTimeout, cancellationToken: cancellation);

    /// <summary>Options of a call that lasts as long as it lasts.</summary>
    public static CallOptions Stream(CancellationToken cancellation) => new(cancellationToken: cancellation);

    public void Dispose() => _channel.Dispose();
}
