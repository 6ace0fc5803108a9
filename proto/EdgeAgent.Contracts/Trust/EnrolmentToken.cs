using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Contracts;

/// <summary>
/// What a host needs to enrol: a secret that the control plane knows by its hash, and the digest of the authority's public key, by which
/// the host knows the control plane before it has met it. What the token grants is kept by the control plane alone.
/// </summary>
/// <param name="Secret">256 random bits, 64 lower-case hexadecimal digits.</param>
/// <param name="Authority">SHA-256 of the authority's SubjectPublicKeyInfo (RFC 7469, 2.4).</param>
public sealed record EnrolmentToken(string Secret, Digest Authority)
{
    private const string Prefix = "edgeagent1.";

    /// <summary>What <see cref="TryParse"/> reads, in words.</summary>
    public const string Expected = "the whole line that 'edgectl token create' printed, beginning with edgeagent1.";

    /// <summary>Reads the text of a token; blanks around it do not matter.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EnrolmentToken? token)
    {
        token = null;
        text = text?.Trim() ?? "";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length..].Split('.') is not [var secret, var authority])
            return false;
        if (Hex(secret) is not { } secretHex || Hex(authority) is not { } authorityHex || !Digest.TryParse(authorityHex, out var digest))
            return false;
        token = new(secretHex, digest);
        return true;
    }

    /// <summary>The text of the token, without blanks.</summary>
    public string Text => $"{Prefix}{Base64(Secret)}.{Base64(Authority.Hex)}";

    /// <summary>Never the secret: tokens end up in logs.</summary>
    public override string ToString() => $"a token for the authority {Authority.Short}";

    private static string Base64(string hex) => Base64Url.EncodeToString(Convert.FromHexString(hex));

    private static string? Hex(string base64)
    {
        try
        {
            return Base64Url.DecodeFromChars(base64) is { Length: 32 } bytes ? Convert.ToHexStringLower(bytes) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
