using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server.Internal;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Endpoint metadata of a gRPC method.</summary>
public sealed class GrpcMethodMetadata
{
    /// <summary>This method of this service type.</summary>
    public GrpcMethodMetadata([DynamicallyAccessedMembers(ServiceAccess.Members)] Type serviceType, IMethod method)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        ArgumentNullException.ThrowIfNull(method);
        ServiceType = serviceType;
        Method = method;
    }

    /// <summary>The type that implements the method.</summary>
    [DynamicallyAccessedMembers(ServiceAccess.Members)]
    public Type ServiceType { get; }

    /// <summary>The method.</summary>
    public IMethod Method { get; }
}
