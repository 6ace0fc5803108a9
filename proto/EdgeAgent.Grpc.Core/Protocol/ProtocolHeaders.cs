namespace Grpc.Core.Internal;

/// <summary>Names and values that the protocol itself uses (PROTOCOL-HTTP2.md of grpc/grpc).</summary>
internal static class ProtocolHeaders
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>Request metadata by which a caller of the official client asks for compressed requests; never sent.</summary>
    public const string EncodingRequest = "grpc-internal-encoding-request";

    public const string ContentType = "application/grpc";
    public const string Identity = "identity";
    public const string Gzip = "gzip";
    public const string AcceptedEncodings = "identity,gzip";

    public const string BinarySuffix = Metadata.BinaryHeaderSuffix;

    /// <summary>True for <c>application/grpc</c>, alone or followed by <c>+format</c> or parameters.</summary>
    public static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is ';' or '+');

    /// <summary>True for names that belong to the protocol and so are no metadata.</summary>
    public static bool IsReserved(string name) => name.Length switch
    {
        _ when name.StartsWith(':') => true,
        2 => Is(name, "te"),
        4 => Is(name, "host"),
        11 => Is(name, Status),
        12 => Is(name, Message) || Is(name, Timeout) || Is(name, "content-type"),
        13 => Is(name, Encoding),
        14 => Is(name, "content-length"),
        16 => Is(name, "content-encoding"),
        17 => Is(name, "transfer-encoding"),
        20 => Is(name, AcceptEncoding),
        30 => Is(name, EncodingRequest),
        _ => false,
    };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
