using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Contracts;

/// <summary>Names of the Domain Name System as policies write them: absolute, without the dot of the root, in lower case (RFC 1035, RFC 1123).</summary>
public static class DomainName
{
    /// <summary>The longest name in characters.</summary>
    public const int Longest = 253;

    private const int LongestLabel = 63;

    /// <summary>Reads a name; a dot at its end is left out, upper case is lowered.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The name in its one form.</param>
    /// <param name="problem">What is wrong, and what was expected; null where nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        name = null;
        problem = Problem(text.EndsWith('.') ? text[..^1] : text);
        if (problem is not null)
            return false;
        name = text.TrimEnd('.').ToLowerInvariant();
        return true;
    }

    /// <summary>Whether a text is a name in its one form.</summary>
    public static bool IsCanonical(string text) => TryParse(text, out var name, out _) && name == text;

    private static string? Problem(string text)
    {
        if (text.Contains('*', StringComparison.Ordinal))
            return "a wildcard is no name that can be resolved; expected whole names, one for each server, such as db.example.com";
        if (text.Length is 0 or > Longest)
            return $"{text.Length} characters; expected a name of 1 to {Longest}";
        var last = "";
        foreach (var label in text.Split('.'))
        {
            if (!IsLabel(label))
                return $"'{Shown(label)}' is no part of a name; expected 1 to {LongestLabel} letters, digits, '-' and '_', beginning and ending with none of '-' (others as xn--...)";
            last = label;
        }

        return last.AsSpan().ContainsAnyExceptInRange('0', '9') ? null : "it ends like an address; expected a name, or the address in cidrs";
    }

    private static bool IsLabel(string label)
    {
        if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var c in label)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                return false;
        }

        return true;
    }

    private static string Shown(string label) => label.Length <= LongestLabel ? label : label[..LongestLabel] + "...";
}
