using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Contracts;

/// <summary>A SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits.</summary>
public readonly record struct Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The number of digits.</summary>
    public const int Length = 64;

    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>The 64 digits; empty when there is no digest.</summary>
    public string Hex => _hex ?? "";

    /// <summary>Whether there is no digest.</summary>
    public bool IsNone => _hex is null;

    /// <summary>The first 12 digits, for people.</summary>
    public string Short => Hex.Length == 0 ? "none" : Hex[..12];

    /// <summary>The digest of bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>The digest that a hash of 32 bytes is.</summary>
    public static Digest Read(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new(Convert.ToHexStringLower(hash));
    }

    /// <summary>The digest of the UTF-8 form of a text.</summary>
    public static Digest Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads 64 hexadecimal digits, or nothing as no digest.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out Digest digest)
    {
        digest = default;
        if (hex is "")
            return true;
        if (hex is not { Length: Length } || hex.AsSpan().ContainsAnyExcept(HexDigits))
            return false;
        digest = new(hex);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
