using System.Buffers.Text;

namespace Grpc.Core.Internal;

/// <summary>Metadata as HTTP headers: bytes are base64 in names that end in <c>-bin</c>, several values may be joined by commas.</summary>
internal static class MetadataCodec
{
    /// <summary>The header value of an entry; base64 goes without padding, as the protocol prefers.</summary>
    public static string Format(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.RawBytes).TrimEnd('=') : entry.Value;

    /// <summary>Adds what a header holds. Throws <see cref="FormatException"/> for bytes that are no base64.</summary>
    public static void Parse(string name, string value, Metadata target)
    {
        var key = name.ToLowerInvariant();
        if (!key.EndsWith(ProtocolHeaders.BinarySuffix, StringComparison.Ordinal))
        {
            target.Add(Metadata.Entry.FromWire(key, value));
            return;
        }

        foreach (var part in value.Split(','))
            target.Add(Metadata.Entry.FromWire(key, Decode(part.Trim())));
    }

    /// <summary>False if a header whose name ends in <c>-bin</c> holds no base64.</summary>
    public static bool IsValid(string name, string value)
    {
        if (!name.EndsWith(ProtocolHeaders.BinarySuffix, StringComparison.OrdinalIgnoreCase))
            return true;

        foreach (var range in value.AsSpan().Split(','))
            if (!Base64.IsValid(Padded(value[range].Trim())))
                return false;
        return true;
    }

    private static byte[] Decode(string base64) => Convert.FromBase64String(Padded(base64));

    private static string Padded(string base64)
    {
        var bare = base64.TrimEnd('=');
        return bare.PadRight((bare.Length + 3) / 4 * 4, '=');
    }
}
