using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl delete -f PATH...</c>.</summary>
internal static class DeleteCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var files = InputFiles.Option(required: true, "Manifests that name the resources: files, directories, or - for standard input.");
        var note = DocumentRequests.NoteOption();
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("delete", "Removes the resources that the manifests name: all of them, or none.") { files, note, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new DeleteRequest { Author = ServerOptions.Author(terminal), Note = parsed.GetValue(note) ?? "" };
            request.Documents.AddRange(DocumentRequests.Read(parsed.GetValue(files)!, terminal));
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.DeleteAsync(request, ServerConnection.Call(cancellation));
            DocumentRequests.CheckAccepted(terminal, response, parsed.GetValue(output));
            DocumentRequests.WriteRevision(terminal, response, parsed.GetValue(output));
            return ExitCode.Done;
        });
        return command;
    }
}
