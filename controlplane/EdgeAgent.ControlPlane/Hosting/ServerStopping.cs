using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace EdgeAgent.ControlPlane;

/// <summary>The moment when the server begins to stop: streams end then, rather than be cut off.</summary>
internal sealed class ServerStopping
{
    private readonly CancellationToken _token;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Follows the life of the process.</summary>
    public ServerStopping(IHostApplicationLifetime lifetime)
    {
        _token = lifetime.ApplicationStopping;
        _token.Register(_begun.SetResult);
    }

    /// <summary>Ends when stopping begins.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Runs a stream until it ends, its caller goes, or the server stops.</summary>
    /// <exception cref="RpcException">The server stops.</exception>
    public async Task UntilAsync(Func<CancellationToken, Task> stream, CancellationToken gone)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, _token);
        try
        {
            await stream(either.Token);
        }
        catch (OperationCanceledException) when (_token.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Unavailable, "the control plane is stopping"));
        }
    }
}
