using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Ids of sets: a hint for people, and a digest of what the set means, so that an id stays while members come and go.</summary>
internal static class SetName
{
    private const int LongestHint = 48;
    private const int DigestDigits = 12;

    /// <summary>The id of the set that a text defines.</summary>
    public static string Of(string meaning) => Of(meaning, meaning);

    /// <summary>The id of the set that a text defines, with another hint.</summary>
    public static string Of(string hint, string meaning) => $"{Safe(hint)}:{Digest.Of(meaning).Hex[..DigestDigits]}";

    private static string Safe(string text)
    {
        var safe = new StringBuilder();
        foreach (var c in text)
        {
            if (safe.Length == LongestHint)
                break;
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '/')
                safe.Append(c);
            else if (safe.Length > 0 && safe[^1] != '-')
                safe.Append('-');
        }

        return safe.ToString().TrimEnd('-', '/');
    }
}
