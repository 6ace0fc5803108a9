using System.Buffers;

namespace EdgeAgent.Manifests.Reading;

/// <summary>The syntax of names, as the Kubernetes API server checks it (k8s.io/apimachinery, util/validation).</summary>
internal static class NameSyntax
{
    /// <summary>What <see cref="IsLabel"/> accepts.</summary>
    public const string LabelName = "at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit";

    /// <summary>What <see cref="IsSubdomain"/> accepts.</summary>
    public const string SubdomainName = "at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit";

    /// <summary>What <see cref="IsPortName"/> accepts.</summary>
    public const string PortName = "a port name: at most 15 lower-case letters, digits and single '-', at least one letter, no '-' at either end";

    /// <summary>What <see cref="IsLabelKey"/> accepts.</summary>
    public const string LabelKey = "a label key: [DNS name/]name, the name at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";

    /// <summary>What <see cref="IsLabelValue"/> accepts.</summary>
    public const string LabelValue = "a label value: empty, or at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";

    private const string Lower = "abcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create(Lower + "-");
    private static readonly SearchValues<char> QualifiedCharacters = SearchValues.Create(Lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.");

    /// <summary>RFC 1123 label.</summary>
    public static bool IsLabel(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 63 && !text.ContainsAnyExcept(LabelCharacters) && text[0] != '-' && text[^1] != '-';

    /// <summary>RFC 1123 subdomain: labels (of any length) joined by dots.</summary>
    public static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 253)
            return false;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length == 0 || part.ContainsAnyExcept(LabelCharacters) || part[0] == '-' || part[^1] == '-')
                return false;
        }

        return true;
    }

    /// <summary>A service name of RFC 6335 (5.1) in lower case.</summary>
    public static bool IsPortName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 15 && !text.ContainsAnyExcept(LabelCharacters) && text[0] != '-' && text[^1] != '-'
        && text.ContainsAnyInRange('a', 'z') && !text.Contains("--", StringComparison.Ordinal);

    /// <summary>A qualified name: an optional DNS name and a slash, then the name.</summary>
    public static bool IsLabelKey(ReadOnlySpan<char> text)
    {
        var slash = text.IndexOf('/');
        return slash < 0 ? IsQualifiedPart(text) : IsSubdomain(text[..slash]) && IsQualifiedPart(text[(slash + 1)..]);
    }

    /// <summary>A label's value.</summary>
    public static bool IsLabelValue(ReadOnlySpan<char> text) => text.Length == 0 || IsQualifiedPart(text);

    private static bool IsQualifiedPart(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 63 && !text.ContainsAnyExcept(QualifiedCharacters)
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);
}
