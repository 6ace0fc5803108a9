using System.Globalization;
using System.Text.Json;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests;

/// <summary>Documents as JSON, with the types that the reader gives their scalars; aliases are written out.</summary>
public static class ManifestJson
{
    /// <summary>Writes a document as one JSON value.</summary>
    /// <exception cref="FormatException">The text is no readable document.</exception>
    public static void Write(Utf8JsonWriter json, string document)
    {
        try
        {
            var root = YamlComposer.Compose(new(document, FirstLine: 1), DocumentLimits.Default, static (position, message) => throw new UnreadableDocumentException(position, message));
            if (root is null)
                json.WriteNullValue();
            else
                Write(json, root);
        }
        catch (UnreadableDocumentException e)
        {
            throw new FormatException($"line {e.Position.Line}: {e.Message}", e);
        }
    }

    private static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlMapping mapping:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Entries)
                {
                    json.WritePropertyName(key.Text);
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case YamlSequence sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case YamlScalar scalar:
                Write(json, scalar);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, YamlScalar scalar)
    {
        switch (scalar.Type)
        {
            case ScalarType.Null:
                json.WriteNullValue();
                break;
            case ScalarType.Boolean:
                json.WriteBooleanValue(ScalarTyping.ReadBoolean(scalar.Text));
                break;
            case ScalarType.Integer when ScalarTyping.TryReadInteger(scalar.Text, out var integer):
                json.WriteRawValue(integer.ToString(CultureInfo.InvariantCulture));
                break;
            case ScalarType.Float when double.TryParse(scalar.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(scalar.Text);
                break;
        }
    }
}
