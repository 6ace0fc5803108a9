using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeAgent.Contracts;

/// <summary>An address block in canonical form: no bit is set beyond the prefix.</summary>
public readonly record struct Cidr : IComparable<Cidr>
{
    /// <summary>Makes the block that holds the address; bits beyond the prefix are cleared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The prefix length does not fit the family.</exception>
    public Cidr(IpAddress address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.Width);
        Network = address with { Bits = address.Bits & Mask(address.Width, length) };
        Length = (byte)length;
    }

    /// <summary>The first address of the block.</summary>
    public IpAddress Network { get; }

    /// <summary>The prefix length in bits: 0 to 32, or 0 to 128.</summary>
    public byte Length { get; }

    /// <summary>The family of the block.</summary>
    public IpFamily Family => Network.Family;

    /// <summary>The last address of the block.</summary>
    public IpAddress Last => Network with { Bits = Network.Bits | (Mask(Network.Width, Network.Width) & ~Mask(Network.Width, Length)) };

    /// <summary>Whether the block is one address.</summary>
    public bool IsSingle => Length == Network.Width;

    /// <summary>All addresses of the family: <c>0.0.0.0/0</c> or <c>::/0</c>.</summary>
    public static Cidr All(IpFamily family) => new(new IpAddress(family, 0), 0);

    /// <summary>The block of one address.</summary>
    public static Cidr Single(IpAddress address) => new(address, address.Width);

    /// <summary>Reads <c>address/length</c>, or an address alone as a block of one. Host bits are cleared, and reported.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Cidr cidr, out bool hadHostBits)
    {
        cidr = default;
        hadHostBits = false;
        if (text is null)
            return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IpAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
            return false;
        var length = address.Width;
        if (slash >= 0)
        {
            var digits = text.AsSpan(slash + 1);
            if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0') || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > address.Width)
                return false;
        }

        cidr = new(address, length);
        hadHostBits = cidr.Network != address;
        return true;
    }

    /// <summary>Reads <c>address/length</c> or an address.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static Cidr Parse(string text) =>
        TryParse(text, out var cidr, out _) ? cidr : throw new FormatException($"'{text}' is no address block (expected address/length)");

    /// <summary>Whether the address lies in the block; never across families.</summary>
    public bool Contains(IpAddress address) =>
        address.Family == Family && (address.Bits & Mask(Network.Width, Length)) == Network.Bits;

    /// <summary>Whether the other block lies wholly in this one.</summary>
    public bool Contains(Cidr other) => other.Length >= Length && Contains(other.Network);

    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(Cidr other) => Contains(other) || other.Contains(this);

    /// <summary>IPv4 first, then by first address, then the wider block first.</summary>
    public int CompareTo(Cidr other)
    {
        var byNetwork = Network.CompareTo(other.Network);
        return byNetwork != 0 ? byNetwork : Length.CompareTo(other.Length);
    }

    /// <summary>The canonical text; always with the prefix length.</summary>
    public override string ToString() => $"{Network}/{Length}";

    private static UInt128 Mask(int width, int length)
    {
        var all = width == 128 ? UInt128.MaxValue : (UInt128)uint.MaxValue;
        return length == 0 ? 0 : all & ~(length == width ? 0 : all >> length);
    }
}
