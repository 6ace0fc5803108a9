using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>How a channel behaves. Read once, when the channel is made.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>How the channel is secured; null takes it from the address: <c>http</c> or <c>https</c>.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>Largest message sent, in bytes; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Largest message accepted, in bytes, after decompression; 4 MiB unless set; null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Where the channel logs; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The client to send with. Excludes <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The handler to send with, which carries certificates, keep-alive pings and sockets. Excludes <see cref="HttpClient"/>.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>True if the channel disposes the given client or handler with itself.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>True if cancellation and passed deadlines throw <see cref="OperationCanceledException"/> rather than <see cref="RpcException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>True if call credentials are sent without TLS as well.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }
}
