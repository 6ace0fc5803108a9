using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>The tokens that people may come with in place of a certificate (RFC 6750): 256 random bits after a word that secret scanners can look for.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";
    private const string Prefix = "edgeuser1.";

    /// <summary>The text of a token.</summary>
    public static string Of(byte[] secret) => Prefix + Base64Url.EncodeToString(secret);

    /// <summary>Reads the value of an authorization header.</summary>
    public static bool TryRead(string header, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !header.AsSpan(Scheme.Length).Trim().StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        try
        {
            secret = Base64Url.DecodeFromChars(header.AsSpan(Scheme.Length).Trim()[Prefix.Length..]);
            return secret.Length == 32;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
