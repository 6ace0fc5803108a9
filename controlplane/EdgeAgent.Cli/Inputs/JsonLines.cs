using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace EdgeAgent.Cli.Inputs;

/// <summary>A value of a line.</summary>
/// <param name="Value">The value.</param>
/// <param name="Position">Where it begins: <c>file:line:column</c>.</param>
internal readonly record struct JsonLine<T>(T Value, string Position);

/// <summary>Reads files of one JSON value on each line; blank lines are passed over. All lines' errors are said at once.</summary>
internal static class JsonLines
{
    private const int MostErrors = 100;

    /// <summary>Reads one line's value.</summary>
    /// <exception cref="BadLineException">The line is no such value.</exception>
    public delegate T LineReader<T>(ref Utf8JsonReader json);

    /// <summary>Reads a file, or standard input for <c>-</c>.</summary>
    public static IReadOnlyList<JsonLine<T>> Read<T>(string path, Terminal terminal, LineReader<T> readLine)
    {
        var name = path == "-" ? InputFiles.StandardInput : path;
        var values = new List<JsonLine<T>>();
        var errors = new List<string>();
        var number = 0;
        var bytes = Bytes(path, terminal);
        foreach (var range in Lines(bytes))
        {
            number++;
            var line = bytes.AsSpan(range);
            if (number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
                line = line[Encoding.UTF8.Preamble.Length..];
            if (line.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (TryRead(line, readLine, out var value, out var bad))
                values.Add(new(value, $"{name}:{number}:1"));
            else if (errors.Count < MostErrors)
                errors.Add($"{name}:{number}:{bad.Column}: {bad.Message}");
        }

        return errors.Count == 0 ? values : throw CommandFailure.BadInput(errors);
    }

    private static bool TryRead<T>(ReadOnlySpan<byte> line, LineReader<T> readLine, [MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out BadLine? bad)
    {
        var json = new Utf8JsonReader(line);
        value = default;
        try
        {
            json.Read();
            value = readLine(ref json);
            if (json.Read())
                throw new BadLineException("more after the value; expected one value on each line");
            bad = null;
            return true;
        }
        catch (JsonException e)
        {
            bad = new(Column(line, (int)(e.BytePositionInLine ?? 0)), $"{e.Message.Split(" LineNumber:")[0].TrimEnd('.')}; expected one JSON object on each line");
        }
        catch (InvalidOperationException e)
        {
            // How the reader refuses bytes and escapes that are no text.
            bad = new(Column(line, (int)json.TokenStartIndex), e.InnerException is DecoderFallbackException
                ? "not UTF-8; expected JSON in UTF-8"
                : "an escaped half of a surrogate pair; expected whole characters");
        }
        catch (BadLineException e)
        {
            bad = new(Column(line, (int)json.TokenStartIndex), e.Message);
        }

        return false;
    }

    private static int Column(ReadOnlySpan<byte> line, int offset) => Encoding.UTF8.GetCharCount(line[..Math.Min(offset, line.Length)]) + 1;

    private static IEnumerable<Range> Lines(byte[] bytes)
    {
        for (var start = 0; start < bytes.Length;)
        {
            var length = Array.IndexOf(bytes, (byte)'\n', start) is >= 0 and var end ? end - start : bytes.Length - start;
            yield return start..(start + length);
            start += length + 1;
        }
    }

    private static byte[] Bytes(string path, Terminal terminal)
    {
        try
        {
            return path == "-" ? InputFiles.ReadInput(terminal) : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandFailure.BadInput($"{path}: {e.Message.TrimEnd('.')}; expected a file of JSON lines, or - for standard input");
        }
    }
}
