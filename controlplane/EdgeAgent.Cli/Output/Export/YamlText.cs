using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EdgeAgent.Cli.Output.Export;

/// <summary>Writes YAML line by line.</summary>
internal sealed class YamlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins another document.</summary>
    public void Document()
    {
        if (_text.Length > 0)
            _text.Append("---\n");
    }

    /// <summary>A line, indented by so many steps of two.</summary>
    public void Line(int depth, string text) => _text.Append(' ', depth * 2).Append(text).Append('\n');

    /// <summary>A scalar that is text whatever it looks like: JSON's strings are YAML's.</summary>
    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    public override string ToString() => _text.ToString();
}
