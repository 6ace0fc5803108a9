using System.Diagnostics.CodeAnalysis;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What binding needs of a service type; said wherever the type flows, so that trimming keeps it.</summary>
internal static class ServiceAccess
{
    public const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods
        | DynamicallyAccessedMemberTypes.NonPublicMethods;
}
