using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using static EdgeAgent.Wire.V1.AdminService;
using static EdgeAgent.Wire.V1.RolloutService;

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
        var calls = bearer is null ? _channel.CreateCallInvoker() : _channel.Intercept(metadata =>
        {
            metadata.Add("authorization", $"Bearer {bearer}");
            return metadata;
        });
        (Admin, Rollouts) = (new(calls), new(calls));
    }

    /// <summary>Resources, status and trust.</summary>
    public AdminServiceClient Admin { get; }

    /// <summary>Drafts and rollouts.</summary>
    public RolloutServiceClient Rollouts { get; }

    /// <summary>Where it leads.</summary>
    public Uri Address { get; }

    /// <summary>Options of a call with one answer, which must come within a minute.</summary>
    public static CallOptions Call(CancellationToken cancellation) => new(deadline: DateTime.UtcNow + _callTimeout, cancellationToken: cancellation);

    /// <summary>Options of a call that lasts as long as it lasts.</summary>
    public static CallOptions Stream(CancellationToken cancellation) => new(cancellationToken: cancellation);

    public void Dispose() => _channel.Dispose();
}
