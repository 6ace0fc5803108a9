namespace EdgeAgent.Manifests.Documents;

/// <summary>
/// Cuts a file at its document markers, so that a syntax error in one document hides no error of the next.
/// YAML forbids a marker at the start of a line within any scalar (YAML 1.2, 9.1.2), so the cut needs no parsing.
/// </summary>
internal static class DocumentSplitter
{
    /// <summary>The documents in order; what holds only blanks, comments and directives is left out.</summary>
    public static IEnumerable<SourceChunk> Split(string text, int firstLine)
    {
        var (start, startLine, line) = (0, firstLine, firstLine);
        var hasContent = false;
        var mayHaveDirectives = true;
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfLine(text, at);
            if (IsMarker(text, at, end, "---"))
            {
                if (hasContent)
                    yield return new(text[start..at], startLine);
                (start, startLine) = (at, line);
                hasContent = HasContent(text, at + 3, end);
                mayHaveDirectives = false;
            }
            else if (IsMarker(text, at, end, "..."))
            {
                if (hasContent)
                    yield return new(text[start..end], startLine);
                (start, startLine) = (end, line + 1);
                hasContent = false;
                mayHaveDirectives = true;
            }
            else
            {
                hasContent |= HasContent(text, at, end) && !(mayHaveDirectives && text[at] == '%');
            }

            at = end;
            line++;
        }

        if (hasContent)
            yield return new(text[start..], startLine);
    }

    private static int EndOfLine(string text, int at)
    {
        var length = text.AsSpan(at).IndexOfAny('\n', '\r');
        if (length < 0)
            return text.Length;
        var end = at + length + 1;
        return text[end - 1] == '\r' && end < text.Length && text[end] == '\n' ? end + 1 : end;
    }

    private static bool IsMarker(string text, int at, int end, string marker)
    {
        var line = text.AsSpan(at, end - at);
        return line.StartsWith(marker, StringComparison.Ordinal) && (line.Length == 3 || line[3] is ' ' or '\t' or '\r' or '\n');
    }

    private static bool HasContent(string text, int at, int end)
    {
        var trimmed = text.AsSpan(at, end - at).TrimStart(" \t\r\n");
        return trimmed.Length > 0 && trimmed[0] != '#';
    }
}
