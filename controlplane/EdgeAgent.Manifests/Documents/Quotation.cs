namespace EdgeAgent.Manifests.Documents;

/// <summary>Input text within messages: short, and on one line.</summary>
internal static class Quotation
{
    private const int Longest = 80;

    /// <summary>The text in single quotes.</summary>
    public static string Quoted(string text) => $"'{Of(text)}'";

    /// <summary>The text, cut after 80 characters, line ends and control characters escaped.</summary>
    public static string Of(string text)
    {
        var shown = text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
        return shown.Any(char.IsControl)
            ? string.Concat(shown.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()))
            : shown;
    }
}
