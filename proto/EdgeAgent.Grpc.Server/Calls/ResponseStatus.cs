using System.Globalization;
using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Writes how a call ended: <c>grpc-status</c>, <c>grpc-message</c> and the trailers.</summary>
internal static class ResponseStatus
{
    // The codes that exist, so that ending a call makes no string.
    private static readonly string[] Codes =
        [.. Enumerable.Range(0, 17).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    public static void Write(IHeaderDictionary target, Status status, Metadata? trailers)
    {
        var code = (int)status.StatusCode;
        target[ProtocolHeaders.Status] = (uint)code < (uint)Codes.Length ? Codes[code] : code.ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0)
            target[ProtocolHeaders.Message] = PercentEncoding.Encode(status.Detail);
        if (trailers is not null)
            WriteMetadata(target, trailers);
    }

    /// <summary>Adds metadata; names of the protocol itself are left out.</summary>
    public static void WriteMetadata(IHeaderDictionary target, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (ProtocolHeaders.IsReserved(entry.Key))
                continue;
            var value = MetadataCodec.Format(entry);
            target[entry.Key] = target.TryGetValue(entry.Key, out var present) ? StringValues.Concat(present, value) : value;
        }
    }
}
