using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeAgent.Manifests.Documents;

/// <summary>Turns the bytes of a file into text, or says where they are not what YAML 1.2 (chapter 5) allows.</summary>
internal static class SourceDecoder
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The scanner beneath treats NUL as the end of its input, so that what follows would be skipped in silence.
    private static readonly SearchValues<char> Refused = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code).Except(['\t', '\n', '\r']), '\x7f', '\ufffe', '\uffff']);

    /// <summary>Decodes the bytes.</summary>
    /// <exception cref="UnreadableDocumentException">Too large, not UTF-8, or a control character.</exception>
    public static string Decode(ManifestFile file, DocumentLimits limits)
    {
        var bytes = file.Bytes.Span;
        var start = new TextPosition(file.FirstLine, 1);
        if (bytes.Length > limits.FileBytes)
        {
            throw new UnreadableDocumentException(start, string.Create(
                CultureInfo.InvariantCulture, $"the file has {bytes.Length} bytes; expected at most {limits.FileBytes}"));
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            throw new UnreadableDocumentException(start, "the file is UTF-16; expected UTF-8");
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var valid = ValidLength(bytes);
        var text = Utf8.GetString(bytes[..valid]);
        if (valid < bytes.Length)
        {
            throw new UnreadableDocumentException(PositionAt(text, text.Length, file.FirstLine), string.Create(
                CultureInfo.InvariantCulture, $"byte 0x{bytes[valid]:x2} is not UTF-8; expected UTF-8 text"));
        }

        var control = text.AsSpan().IndexOfAny(Refused);
        if (control >= 0)
        {
            throw new UnreadableDocumentException(PositionAt(text, control, file.FirstLine), string.Create(
                CultureInfo.InvariantCulture, $"control character U+{(int)text[control]:X4}; expected printable text, tabs and line ends"));
        }

        return text;
    }

    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return bytes.Length;
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == OperationStatus.Done)
            at += consumed;
        return at;
    }

    private static TextPosition PositionAt(string text, int index, int firstLine)
    {
        var before = text.AsSpan(0, index);
        return new(firstLine + before.Count('\n'), index - before.LastIndexOf('\n'));
    }
}
