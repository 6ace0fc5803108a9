using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Enrolment tokens as people and programs read them.</summary>
internal static class TokenOutput
{
    public static void WriteTable(Terminal terminal, IEnumerable<Token> tokens, DateTimeOffset now)
    {
        var table = new TextTable("ID", "STATE", "NAMESPACE", "NAME", "LABELS", "CIDRS", "USED", "UNTIL", "BY");
        foreach (var token in tokens)
        {
            table.Add(
                token.Id,
                State(token, now),
                token.Namespace,
                token.Name.Length > 0 ? token.Name : "any",
                string.Join(',', token.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")),
                string.Join(',', token.Cidrs),
                $"{token.Used} of {token.Uses}",
                Words.Instant(token.NotAfter.ToDateTimeOffset()),
                token.CreatedBy);
        }

        table.WriteTo(terminal.Output);
    }

    public static void WriteJson(Terminal terminal, IEnumerable<Token> tokens) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartArray();
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            json.WriteString("id", token.Id);
            json.WriteString("namespace", token.Namespace);
            json.WriteString("name", token.Name);
            json.WriteStartObject("labels");
            foreach (var (key, value) in token.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteTexts("cidrs", token.Cidrs);
            json.WriteNumber("uses", token.Uses);
            json.WriteNumber("used", token.Used);
            json.WriteString("created", Words.Instant(token.Created.ToDateTimeOffset()));
            json.WriteString("createdBy", token.CreatedBy);
            json.WriteString("notAfter", Words.Instant(token.NotAfter.ToDateTimeOffset()));
            json.WriteBoolean("revoked", token.Revoked);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string State(Token token, DateTimeOffset now) =>
        token.Revoked ? "revoked" : token.NotAfter.ToDateTimeOffset() <= now ? "expired" : token.Used >= token.Uses ? "used up" : "good";
}
