using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The status that a caller sees when a handler throws.</summary>
internal static class HandlerFailure
{
    private const string Message = "Exception was thrown by handler.";

    public static Status ToStatus(Exception error, bool callerIsGone, bool detailed) => error switch
    {
        RpcException rpc => rpc.Status,
        OperationCanceledException when callerIsGone => new Status(StatusCode.Cancelled, "Call canceled by the client.", error),
        _ => new Status(StatusCode.Unknown, detailed ? Detailed(error) : Message, error),
    };

    private static string Detailed(Exception error)
    {
        var text = Message;
        for (var current = error; current is not null; current = current.InnerException)
            text += $" {current.GetType().Name}: {current.Message}";
        return text;
    }
}
