using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The gRPC call of an HTTP request, for middleware.</summary>
public interface IServerCallContextFeature
{
    /// <summary>The call.</summary>
    ServerCallContext ServerCallContext { get; }
}
