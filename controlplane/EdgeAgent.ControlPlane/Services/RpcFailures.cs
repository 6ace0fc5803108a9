using EdgeAgent.ControlPlane.Storage;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Says failures of the store in gRPC's terms.</summary>
internal static class RpcFailures
{
    /// <summary>Does the work; a failure of the store becomes a status that says what it was.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (StoreException e)
        {
            throw Of(e);
        }
        catch (OperationCanceledException e) when (e is TaskCanceledException)
        {
            throw new RpcException(new(StatusCode.Unavailable, "the control plane is stopping; nothing was changed"));
        }
    }

    /// <summary>Does the work; a failure of the store becomes a status that says what it was.</summary>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (StoreException e)
        {
            throw Of(e);
        }
    }

    private static RpcException Of(StoreException e) => new(new(
        e.Failure switch
        {
            StoreFailure.Full => StatusCode.ResourceExhausted,
            StoreFailure.Pruned => StatusCode.FailedPrecondition,
            StoreFailure.Corrupt or StoreFailure.Foreign => StatusCode.DataLoss,
            _ => StatusCode.Unavailable,
        },
        e.Message));
}
