using YamlDotNet.Core;

namespace EdgeAgent.Manifests.Documents;

/// <summary>Translates the parser's complaints.</summary>
internal static class SyntaxError
{
    /// <summary>The place that the parser names, or the tab where it merely says that there is one.</summary>
    public static UnreadableDocumentException Of(YamlException error, SourceChunk chunk)
    {
        var message = error.Message.Trim().TrimEnd('.');
        var (line, column) = ((int)error.Start.Line, (int)error.Start.Column);
        if (message.Contains("tab", StringComparison.Ordinal) && IndentingTab(chunk.Text, line) is { } tab)
            return new(tab with { Line = tab.Line + chunk.FirstLine - 1 }, "a tab indents this line; expected spaces (YAML 1.2, 6.1)");
        return new(new(chunk.FirstLine + line - 1, column), $"broken YAML: {char.ToLowerInvariant(message[0])}{message[1..]}; expected well-formed YAML");
    }

    private static TextPosition? IndentingTab(string text, int fromLine)
    {
        var line = 0;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            var indent = content[..^content.TrimStart(" \t").Length];
            if (++line >= fromLine && indent.Contains('\t') && indent.Length < content.Length)
                return new(line, indent.IndexOf('\t') + 1);
        }

        return null;
    }
}
