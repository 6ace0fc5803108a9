using System.Text.Json;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>A verdict as JSON; the fields' order is part of the contract.</summary>
internal static class VerdictJson
{
    /// <param name="json">Where to.</param>
    /// <param name="probe">The question.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="explained">Whether to say where the rules were written, and why others did not match.</param>
    public static void Write(Utf8JsonWriter json, Probe probe, Answer answer, bool explained)
    {
        json.WriteStartObject();
        json.WriteString("from", probe.From);
        json.WriteString("to", probe.To);
        json.WriteString("protocol", probe.Protocol.ToString());
        json.WriteNumber("port", probe.Port ?? 0);
        json.WriteString("verdict", Word(answer.Allowed));
        WriteEnd(json, "egress", answer.Egress, explained);
        WriteEnd(json, "ingress", answer.Ingress, explained);
        json.WriteEndObject();
    }

    /// <summary><c>allow</c> or <c>deny</c>.</summary>
    public static string Word(bool allowed) => allowed ? "allow" : "deny";

    private static void WriteEnd(Utf8JsonWriter json, string name, EndAnswer end, bool explained)
    {
        json.WriteStartObject(name);
        json.WriteString("verdict", Word(end.Allowed));
        json.WriteString("policy", end.Policy);
        json.WriteString("rule", end.Rule);
        if (end.Note.Length > 0)
            json.WriteString("note", end.Note);
        if (explained)
        {
            json.WriteString("source", end.Source);
            json.WriteTexts("others", end.Others);
        }

        json.WriteEndObject();
    }
}
