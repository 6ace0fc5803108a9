using Grpc.Core;

namespace EdgeAgent.Cli.Server;

/// <summary>Says what a failed call means.</summary>
internal static class ServerRefusal
{
    public static int ExitCodeOf(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => ExitCode.BadInput,
        StatusCode.NotFound => ExitCode.Negative,
        _ => ExitCode.Server,
    };

    public static string Describe(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable => $"the server cannot be reached: {failure.Status.Detail}",
        StatusCode.DeadlineExceeded => "the server did not answer in time",
        StatusCode.Unauthenticated => $"the server does not know you: {failure.Status.Detail}",
        StatusCode.PermissionDenied => $"the server does not let you: {failure.Status.Detail}",
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.NotFound => failure.Status.Detail,
        _ => $"the server refused ({failure.StatusCode}): {failure.Status.Detail}",
    };
}
