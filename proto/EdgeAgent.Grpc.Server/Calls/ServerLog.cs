using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What the server logs.</summary>
internal static partial class ServerLog
{
    public const string Category = "Grpc.AspNetCore.Server";

    [LoggerMessage(1, LogLevel.Error, "Handler of {Method} threw.")]
    public static partial void HandlerThrew(ILogger logger, string method, Exception error);

    [LoggerMessage(2, LogLevel.Debug, "{Method} ended with {StatusCode}: {Detail}")]
    public static partial void CallFailed(ILogger logger, string method, StatusCode statusCode, string detail);

    [LoggerMessage(3, LogLevel.Debug, "Deadline of {Method} passed.")]
    public static partial void DeadlineExceeded(ILogger logger, string method);

    [LoggerMessage(4, LogLevel.Warning, "Ending {Method} at its deadline failed.")]
    public static partial void ExpiryFailed(ILogger logger, string method, Exception error);

    [LoggerMessage(5, LogLevel.Debug, "Unknown method {Path}.")]
    public static partial void UnknownMethod(ILogger logger, string path);
}
