using System.Buffers;
using System.Globalization;
using System.Text;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Resources;

/// <summary>The text that is kept of a document.</summary>
internal static class DocumentText
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./");

    /// <summary>What was written, without a marker line that says nothing else, and the number of its first line.</summary>
    public static (string Text, int Line) WithoutMarker(SourceChunk chunk)
    {
        var end = chunk.Text.IndexOf('\n', StringComparison.Ordinal);
        return end >= 0 && chunk.Text.StartsWith("---", StringComparison.Ordinal) && chunk.Text.AsSpan(3, end - 3).Trim().IsEmpty
            ? (chunk.Text[(end + 1)..], chunk.FirstLine + 1)
            : (chunk.Text, chunk.FirstLine);
    }

    /// <summary>A document of its own for a value that is part of another document; aliases are written out.</summary>
    public static string Write(YamlNode node)
    {
        var text = new StringBuilder();
        WriteBlock(text, node, 0, afterDash: true);
        return text.ToString();
    }

    private static void WriteBlock(StringBuilder text, YamlNode node, int indent, bool afterDash)
    {
        switch (node)
        {
            case YamlMapping { Entries.Count: > 0 } mapping:
                for (var i = 0; i < mapping.Entries.Count; i++)
                {
                    if (i > 0 || !afterDash)
                        text.Append(' ', indent);
                    text.Append(Scalar(mapping.Entries[i].Key.Text, ScalarType.String)).Append(':');
                    WriteValue(text, mapping.Entries[i].Value, indent);
                }

                break;
            case YamlSequence { Items.Count: > 0 } sequence:
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    if (i > 0 || !afterDash)
                        text.Append(' ', indent);
                    text.Append("- ");
                    WriteBlock(text, sequence.Items[i], indent + 2, afterDash: true);
                }

                break;
            default:
                text.Append(Inline(node)).Append('\n');
                break;
        }
    }

    private static void WriteValue(StringBuilder text, YamlNode value, int indent)
    {
        if (value is YamlMapping { Entries.Count: > 0 } or YamlSequence { Items.Count: > 0 })
        {
            text.Append('\n');
            WriteBlock(text, value, indent + 2, afterDash: false);
        }
        else
        {
            text.Append(' ').Append(Inline(value)).Append('\n');
        }
    }

    private static string Inline(YamlNode node) => node switch
    {
        YamlMapping => "{}",
        YamlSequence => "[]",
        YamlScalar scalar => Scalar(scalar.Text, scalar.Type),
        _ => throw new ArgumentException("an unknown sort of value", nameof(node)),
    };

    private static string Scalar(string text, ScalarType type)
    {
        if (type == ScalarType.Null)
            return "null";
        var isPlain = text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain) && text[0] is not ('-' or '.') && ScalarTyping.OfPlain(text) == type;
        return isPlain || type != ScalarType.String ? text : Quoted(text);
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c == '\n')
                quoted.Append("\\n");
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\ufeff')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
