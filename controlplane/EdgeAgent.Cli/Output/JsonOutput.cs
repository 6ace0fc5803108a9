using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeAgent.Cli.Output;

/// <summary>Writes JSON values, each on a line of its own or indented; field order is the order of the calls.</summary>
internal sealed class JsonOutput : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;
    private readonly TextWriter _output;

    private JsonOutput(TextWriter output, bool indented)
    {
        _output = output;
        // Readers are programs and terminals, never HTML pages: quotes and non-ASCII letters stay readable.
        _writer = new(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = indented });
    }

    /// <summary>One value on each line (https://jsonlines.org).</summary>
    public static JsonOutput Lines(Terminal terminal) => new(terminal.Output, indented: false);

    /// <summary>Writes one indented value.</summary>
    public static void Write(Terminal terminal, Action<Utf8JsonWriter> value)
    {
        using var json = new JsonOutput(terminal.Output, indented: true);
        json.Write(value);
    }

    /// <summary>Writes one value.</summary>
    public void Write(Action<Utf8JsonWriter> value)
    {
        value(_writer);
        _writer.Flush();
        _output.WriteLine(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        _buffer.ResetWrittenCount();
        _writer.Reset();
    }

    public void Dispose() => _writer.Dispose();
}
