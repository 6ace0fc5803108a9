using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Internal;

/// <summary>What a channel logs.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Debug, "{Method} ended with {StatusCode}: {Detail}")]
    public static partial void CallEnded(ILogger logger, string method, StatusCode statusCode, string detail);

    [LoggerMessage(2, LogLevel.Warning, "{Method}: call credentials are not sent over a channel without TLS.")]
    public static partial void CredentialsNotSent(ILogger logger, string method);

    [LoggerMessage(3, LogLevel.Warning, "{Method}: the trailers cannot be read.")]
    public static partial void BadTrailers(ILogger logger, string method, Exception error);
}
