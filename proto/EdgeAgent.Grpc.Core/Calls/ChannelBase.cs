namespace Grpc.Core;

/// <summary>A way to one server, on which calls are made.</summary>
public abstract class ChannelBase
{
    /// <summary>A channel to this host and port.</summary>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary><c>host:port</c> of the server.</summary>
    public string Target { get; }

    /// <summary>What clients call through.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel and its running calls.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Ends the channel and its running calls.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
