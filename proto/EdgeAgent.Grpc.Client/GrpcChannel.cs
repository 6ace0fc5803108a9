using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>A way to one server over HTTP/2. Connects on the first call, reconnects by itself; safe to share.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private GrpcChannel(Uri address)
        : base(address.Authority)
    {
    }

    /// <summary>A channel to this address (<c>http://host:port</c> or <c>https://host:port</c>).</summary>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to this address with these options.</summary>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>A channel to this address.</summary>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to this address with these options.</summary>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker() => throw new NotImplementedException();

    /// <summary>Ends all running calls with Cancelled and closes the connections that the channel owns.</summary>
    public void Dispose()
    {
    }
}
