using System.IO.Compression;
using Grpc.Core.Internal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What holds for the methods of one service: its own options, else those of the server, else the defaults.</summary>
internal sealed record MethodOptions(
    int? MaxSendMessageSize,
    int? MaxReceiveMessageSize,
    bool DetailedErrors,
    CompressionLevel? ResponseCompression,
    bool IgnoreUnknownServices,
    IReadOnlyList<InterceptorRegistration> Interceptors)
{
    private const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    public static MethodOptions Resolve<TService>(IServiceProvider services)
        where TService : class
    {
        var server = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var service = services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;
        var compression = service.ResponseCompressionAlgorithm ?? server.ResponseCompressionAlgorithm;
        if (compression is not (null or ProtocolHeaders.Gzip or ProtocolHeaders.Identity))
            throw new InvalidOperationException($"Unknown response compression '{compression}'; expected '{ProtocolHeaders.Gzip}' or '{ProtocolHeaders.Identity}'.");

        return new MethodOptions(
            service.MaxSendMessageSizeSpecified ? service.MaxSendMessageSize : server.MaxSendMessageSize,
            service.MaxReceiveMessageSizeSpecified ? service.MaxReceiveMessageSize
                : server.MaxReceiveMessageSizeSpecified ? server.MaxReceiveMessageSize
                : DefaultMaxReceiveMessageSize,
            service.EnableDetailedErrors ?? server.EnableDetailedErrors ?? false,
            compression == ProtocolHeaders.Gzip
                ? service.ResponseCompressionLevel ?? server.ResponseCompressionLevel ?? CompressionLevel.Fastest
                : null,
            service.IgnoreUnknownServices ?? server.IgnoreUnknownServices ?? false,
            [.. server.Interceptors, .. service.Interceptors]);
    }
}
