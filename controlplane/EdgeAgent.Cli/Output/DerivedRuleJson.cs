using System.Text.Json;

namespace EdgeAgent.Cli.Output;

/// <summary>A derived rule as JSON.</summary>
internal static class DerivedRuleJson
{
    public static void Write(Utf8JsonWriter json, DerivedRule rule)
    {
        json.WriteStartObject();
        json.WriteString("direction", rule.DirectionWord);
        json.WriteString("effect", rule.Effect);
        json.WriteString("hosts", rule.Hosts);
        json.WriteString("peers", rule.Peers);
        json.WriteString("traffic", rule.Traffic);
        json.WriteStartObject("provenance");
        json.WriteString("kind", rule.Policy.Key.Kind);
        json.WriteString("name", rule.Policy.Key.QualifiedName);
        json.WriteString("field", rule.Rule.Label);
        json.WriteString("source", rule.Source);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
