using System.Buffers.Binary;
using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>A key in the words of nft: <c>10.0.0.1 . TCP . 80</c>.</summary>
internal static class KeyText
{
    internal static string Of(ReadOnlySpan<byte> key, SetSchema schema)
    {
        if (key.Length != schema.KeyLength)
            return Convert.ToHexStringLower(key);
        var parts = new List<string>();
        foreach (var field in schema.Key)
        {
            var value = key[..SetSchema.FieldLength(field)];
            parts.Add(field switch
            {
                KeyField.Ipv4Address or KeyField.Ipv6Address => IpAddress.FromBytes(value).ToString(),
                KeyField.Protocol => new IpProtocol(value[0]).ToString(),
                KeyField.Port => BinaryPrimitives.ReadUInt16BigEndian(value).ToString(CultureInfo.InvariantCulture),
                _ => Convert.ToHexStringLower(value),
            });
            key = key[schema.RegisterLength(field)..];
        }

        return string.Join(" . ", parts);
    }
}
