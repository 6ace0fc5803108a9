namespace Grpc.Core;

/// <summary>Outcome of a call. Values are those of the gRPC wire (<c>grpc-status</c>; https://grpc.io/docs/guides/status-codes).</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>The handler failed in a way that no other code describes.</summary>
    Unknown = 2,

    /// <summary>The argument is wrong whatever the state of the server is.</summary>
    InvalidArgument = 3,

    /// <summary>Time ran out before the answer was complete.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>What was to be created exists.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota or a size limit is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in a state in which this can be done.</summary>
    FailedPrecondition = 9,

    /// <summary>The operation lost a race; try the whole again.</summary>
    Aborted = 10,

    /// <summary>The argument lies outside the valid range of the present state.</summary>
    OutOfRange = 11,

    /// <summary>The server does not know this method, or this encoding.</summary>
    Unimplemented = 12,

    /// <summary>A rule of the protocol is broken.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached now; trying later may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or corrupt.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}
