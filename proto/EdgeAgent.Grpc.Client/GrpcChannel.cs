using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>A way to one server over HTTP/2. Connects on the first call, reconnects by itself; safe to share.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    internal const string UserAgent = "grpc-dotnet-edgeagent/0.1";

    private readonly Lock gate = new();
    private readonly HashSet<HttpClientCall> running = [];
    private readonly ConcurrentDictionary<string, Uri> uris = new(StringComparer.Ordinal);
    private readonly HttpMessageInvoker http;
    private readonly bool ownsHttp;
    private bool disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        Address = address;
        (http, ownsHttp) = Transport.Of(address, options);
        Logger = options.LoggerFactory?.CreateLogger<GrpcChannel>() ?? NullLogger<GrpcChannel>.Instance;
        MaxSendMessageSize = options.MaxSendMessageSize;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        ThrowsOperationCanceled = options.ThrowOperationCanceledOnCancellation;

        var isTls = address.Scheme == Uri.UriSchemeHttps;
        if (options.Credentials is { } credentials && credentials.IsSecure != isTls)
            throw new InvalidOperationException($"The credentials are {(credentials.IsSecure ? "for TLS" : "without TLS")}, the address is {address}.");
        SendsCallCredentials = isTls || options.UnsafeUseInsecureChannelCallCredentials;
        CallCredentials = options.Credentials?.CallCredentials;
        if (CallCredentials is not null && !SendsCallCredentials)
            throw new InvalidOperationException("Call credentials need a channel with TLS.");
    }

    internal Uri Address { get; }

    internal ILogger Logger { get; }

    internal int? MaxSendMessageSize { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal bool ThrowsOperationCanceled { get; }

    internal bool SendsCallCredentials { get; }

    internal CallCredentials? CallCredentials { get; }

    /// <summary>A channel to this address (<c>http://host:port</c> or <c>https://host:port</c>).</summary>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to this address with these options.</summary>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>A channel to this address.</summary>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>
    /// A channel to this address with these options. Throws <see cref="ArgumentException"/> for an address that is neither http nor https, or options
    /// that contradict each other.
    /// </summary>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"The address '{address}' must begin with http:// or https://.", nameof(address));
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker() => new HttpCallInvoker(this);

    /// <summary>Ends all running calls with Cancelled and closes the connections that the channel owns.</summary>
    public void Dispose()
    {
        HttpClientCall[] left;
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            left = [.. running];
        }

        foreach (var call in left)
            call.Dispose();
        if (ownsHttp)
            http.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    internal void Add(HttpClientCall call)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            running.Add(call);
        }
    }

    internal void Remove(HttpClientCall call)
    {
        lock (gate)
            running.Remove(call);
    }

    internal Uri UriOf(IMethod method) =>
        uris.TryGetValue(method.FullName, out var known) ? known : uris.GetOrAdd(method.FullName, name => new Uri(Address, name));

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        http is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            : http.SendAsync(request, cancellationToken);
}
