using System.IO.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How services behave. What is null here and in the options of one service has the default that is named.</summary>
public class GrpcServiceOptions
{
    private int? maxSendMessageSize;
    private int? maxReceiveMessageSize;

    internal bool MaxSendMessageSizeSpecified { get; private set; }

    internal bool MaxReceiveMessageSizeSpecified { get; private set; }

    /// <summary>Largest message sent, in bytes; no limit unless set; null for no limit.</summary>
    public int? MaxSendMessageSize
    {
        get => maxSendMessageSize;
        set
        {
            maxSendMessageSize = value;
            MaxSendMessageSizeSpecified = true;
        }
    }

    /// <summary>Largest message accepted, in bytes, after decompression; 4 MiB unless set; null for no limit.</summary>
    public int? MaxReceiveMessageSize
    {
        get => maxReceiveMessageSize;
        set
        {
            maxReceiveMessageSize = value;
            MaxReceiveMessageSizeSpecified = true;
        }
    }

    /// <summary>True if the text of a handler's exception goes to the caller; false unless set.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>Encoding of responses for callers that accept it: <c>gzip</c>, or null for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>Effort of response compression; fastest unless set.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>True if calls of unknown services and methods go on to the rest of the pipeline instead of ending with UNIMPLEMENTED.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>What stands between the transport and the handlers, the first one first; the server's before the service's.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}

/// <summary>How one service behaves.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}
