using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace EdgeAgent.Contracts;

/// <summary>One IP address as a number: an IPv4 address lies in the low 32 bits.</summary>
/// <param name="Family">The family; addresses of different families never equal.</param>
/// <param name="Bits">The address, most significant bit first.</param>
public readonly record struct IpAddress(IpFamily Family, UInt128 Bits) : IComparable<IpAddress>
{
    /// <summary>The number of bits of an address of the family: 32 or 128.</summary>
    public int Width => Family == IpFamily.V4 ? 32 : 128;

    /// <summary>The number of bytes of an address of the family: 4 or 16.</summary>
    public int Bytes => Width / 8;

    /// <summary>
    /// Reads the textual form: four decimal octets without leading zeros, or RFC 4291 text without zone or brackets.
    /// An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is read as the IPv4 address that it stands for.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IpAddress address)
    {
        address = default;
        if (string.IsNullOrEmpty(text) || text.Length > 45)
            return false;
        if (!text.Contains(':', StringComparison.Ordinal))
            return TryParseV4(text, out address);
        if (text.AsSpan().IndexOfAny("%[]/") >= 0 || !IPAddress.TryParse(text, out var parsed))
            return false;
        address = FromBytes(parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4().GetAddressBytes() : parsed.GetAddressBytes());
        return true;
    }

    /// <summary>Reads the textual form.</summary>
    /// <exception cref="FormatException">The text is no IP address.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no IP address");

    /// <summary>Makes an address of 4 or 16 bytes in network order.</summary>
    /// <exception cref="ArgumentException">Neither 4 nor 16 bytes.</exception>
    public static IpAddress FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is not (4 or 16))
            throw new ArgumentException($"an IP address has 4 or 16 bytes, not {bytes.Length}", nameof(bytes));
        UInt128 bits = 0;
        foreach (var b in bytes)
            bits = (bits << 8) | b;
        return new(bytes.Length == 4 ? IpFamily.V4 : IpFamily.V6, bits);
    }

    /// <summary>Writes the address in network order to the first <see cref="Bytes"/> bytes.</summary>
    public void WriteTo(Span<byte> destination)
    {
        var bits = Bits;
        for (var i = Bytes - 1; i >= 0; i--, bits >>= 8)
            destination[i] = (byte)bits;
    }

    /// <inheritdoc/>
    public int CompareTo(IpAddress other) =>
        Family != other.Family ? Family.CompareTo(other.Family) : Bits.CompareTo(other.Bits);

    /// <summary>The canonical text (dotted quad; RFC 5952).</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteTo(bytes);
        return new IPAddress(bytes[..Bytes]).ToString();
    }

    private static bool TryParseV4(string text, out IpAddress address)
    {
        address = default;
        uint bits = 0;
        var octets = 0;
        foreach (var range in text.AsSpan().Split('.'))
        {
            var part = text.AsSpan(range);
            if (++octets > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0') || part.ContainsAnyExceptInRange('0', '9'))
                return false;
            var octet = uint.Parse(part, System.Globalization.CultureInfo.InvariantCulture);
            if (octet > 255)
                return false;
            bits = (bits << 8) | octet;
        }

        address = new(IpFamily.V4, bits);
        return octets == 4;
    }
}
