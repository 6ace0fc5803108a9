using System.CommandLine;
using System.Globalization;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl history</c>.</summary>
internal static class HistoryCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var limit = new Option<int>("--limit") { HelpName = "N", DefaultValueFactory = _ => 100, Description = "At most so many." };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
                result.AddError($"'--limit {number}': expected a number from 1");
        });
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("history", "Lists revisions, newest first: when, by whom, why, and what changed.") { limit, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.HistoryAsync(new HistoryRequest { Limit = parsed.GetValue(limit) }, ServerConnection.Call(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
                WriteJson(terminal, response);
            else
                WriteTable(terminal, response);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteJson(Terminal terminal, HistoryResponse response) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartArray();
        foreach (var entry in response.Revisions)
            RevisionOutput.WriteJson(json, entry);
        json.WriteEndArray();
    });

    private static void WriteTable(Terminal terminal, HistoryResponse response)
    {
        var table = new TextTable("REVISION", "AT", "AUTHOR", "CHANGES", "NOTE");
        foreach (var entry in response.Revisions)
        {
            table.Add(
                entry.Revision.ToString(CultureInfo.InvariantCulture),
                Words.Instant(entry.At.ToDateTimeOffset()),
                entry.Author,
                ChangeOutput.Summary(entry.Changes),
                entry.Note);
        }

        table.WriteTo(terminal.Output);
    }
}
