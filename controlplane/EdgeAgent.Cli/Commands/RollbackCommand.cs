using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl rollback REV</c>.</summary>
internal static class RollbackCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var revision = new Argument<long>("REV") { Description = "The revision whose resources are wanted back." };
        revision.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && long.TryParse(token.Value, out var number) && number < 0)
                result.AddError($"'{number}' is no revision; expected a number from 0");
        });
        var note = DocumentRequests.NoteOption();
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("rollback", "Makes the resources of an older revision the newest revision.") { revision, note, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new RollbackRequest { Revision = parsed.GetValue(revision), Author = ServerOptions.Author(terminal), Note = parsed.GetValue(note) ?? "" };
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.RollbackAsync(request, ServerConnection.Call(cancellation));
            DocumentRequests.CheckAccepted(terminal, response, parsed.GetValue(output));
            DocumentRequests.WriteRevision(terminal, response, parsed.GetValue(output));
            return ExitCode.Done;
        });
        return command;
    }
}
