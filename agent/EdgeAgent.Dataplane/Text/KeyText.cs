using System.Globalization;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Keys of sets, and their types, as nft prints them.</summary>
public static class KeyText
{
    /// <summary>The name of a field's type, such as <c>ipv4_addr</c>.</summary>
    public static string Type(KeyField field) => field switch
    {
        KeyField.Ipv4Address => "ipv4_addr",
        KeyField.Ipv6Address => "ipv6_addr",
        KeyField.Protocol => "inet_proto",
        KeyField.Port => "inet_service",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no key field"),
    };

    /// <summary>A key, such as <c>10.0.0.9 . tcp . 443</c>.</summary>
    /// <param name="schema">The set that it belongs to.</param>
    /// <param name="key">As many bytes as the schema says.</param>
    public static string Of(SetSchema schema, ReadOnlySpan<byte> key)
    {
        var text = new StringBuilder();
        Write(text, schema, key);
        return text.ToString();
    }

    internal static void Write(StringBuilder text, SetSchema schema, ReadOnlySpan<byte> key)
    {
        var at = 0;
        foreach (var field in schema.Key)
        {
            if (at > 0)
                text.Append(" . ");
            Write(text, field, key.Slice(at, SetSchema.FieldLength(field)));
            at += schema.RegisterLength(field);
        }
    }

    private static void Write(StringBuilder text, KeyField field, ReadOnlySpan<byte> value)
    {
        switch (field)
        {
            case KeyField.Ipv4Address:
                text.Append(CultureInfo.InvariantCulture, $"{value[0]}.{value[1]}.{value[2]}.{value[3]}");
                break;
            case KeyField.Ipv6Address:
                text.Append(IpAddress.FromBytes(value).ToString());
                break;
            case KeyField.Protocol:
                text.Append(new IpProtocol(value[0]).ToString().ToLowerInvariant());
                break;
            default:
                text.Append((value[0] << 8) | value[1]);
                break;
        }
    }
}
