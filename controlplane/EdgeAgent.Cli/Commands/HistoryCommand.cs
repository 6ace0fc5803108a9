using System.CommandLine;
using System.Globalization;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl history [REV] [--diff]</c>.</summary>
internal static class HistoryCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var revision = new Argument<long?>("REV") { Arity = ArgumentArity.ZeroOrOne, Description = "One revision, with its diff; the newest ones where it is left out." };
        var limit = new Option<int>("--limit") { HelpName = "N", DefaultValueFactory = _ => 100, Description = "At most so many." };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
                result.AddError($"'--limit {number}': expected a number from 1");
        });
        var diff = new Option<bool>("--diff") { Description = "With what changed in each document." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("history", "Lists revisions, newest first: when, by whom, why, and what changed.") { revision, limit, diff, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var one = parsed.GetValue(revision);
            var request = new HistoryRequest { Limit = one is null ? parsed.GetValue(limit) : 1, Before = one + 1 ?? 0, WithDocuments = one is not null || parsed.GetValue(diff) };
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.HistoryAsync(request, ServerConnection.Call(cancellation));
            if (one is not null && (response.Revisions.Count == 0 || response.Revisions[0].Revision != one))
                throw CommandFailure.Negative($"edgectl: there is no revision {one}");
            if (parsed.GetValue(output) == OutputFormat.Json)
                WriteJson(terminal, response);
            else if (request.WithDocuments)
                WriteDiffs(terminal, response);
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

    private static void WriteDiffs(Terminal terminal, HistoryResponse response)
    {
        var palette = Palette.Of(terminal);
        foreach (var entry in response.Revisions)
        {
            terminal.Output.WriteLine($"{Words.Instant(entry.At.ToDateTimeOffset())}  {RevisionOutput.Line(entry)}");
            foreach (var change in entry.Changes)
            {
                terminal.Output.WriteLine($"  {ChangeOutput.WordOf(change.Kind)} {KeyText.Of(change.Key)}");
                foreach (var line in ChangeOutput.Diff(change))
                    terminal.Output.WriteLine($"    {(line[0] switch { '+' => palette.Good(line), '-' => palette.Bad(line), _ => line })}");
            }
        }
    }
}
