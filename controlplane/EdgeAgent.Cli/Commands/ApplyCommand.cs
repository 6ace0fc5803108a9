using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl apply [--draft [NAME]] -f PATH...</c>.</summary>
internal static class ApplyCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var files = InputFiles.Option(required: true, "Manifests: files, directories, or - for standard input.");
        var note = DocumentRequests.NoteOption();
        var draft = new Option<string?>("--draft")
        {
            HelpName = "NAME",
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Check them all and keep them as a draft, in place of one of this name; no revision is made. A number where NAME is left out. 'preview' and 'commit' go on from there.",
        };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("apply", "Makes the manifests the newest revision, or a draft of one: all of them, or none.") { files, draft, note, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetResult(draft) is not null)
                return await SaveAsync(parsed.GetValue(files)!, parsed.GetValue(draft) ?? "", parsed.GetValue(note) ?? "", parsed.GetValue(output), server, parsed, terminal, cancellation);
            var request = new ApplyRequest { Author = ServerOptions.Author(terminal), Note = parsed.GetValue(note) ?? "" };
            request.Documents.AddRange(DocumentRequests.Read(parsed.GetValue(files)!, terminal));
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.ApplyAsync(request, ServerConnection.Call(cancellation));
            DocumentRequests.CheckAccepted(terminal, response, parsed.GetValue(output));
            DocumentRequests.WriteRevision(terminal, response, parsed.GetValue(output));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> SaveAsync(
        string[] files, string name, string note, OutputFormat? format, ServerOptions server, ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var request = new SaveDraftRequest { Name = name, Author = ServerOptions.Author(terminal), Note = note };
        request.Documents.AddRange(DocumentRequests.Read(files, terminal));
        using var connection = server.Connect(parsed, terminal);
        var response = await connection.Rollouts.SaveDraftAsync(request, ServerConnection.Call(cancellation));
        DocumentRequests.CheckAccepted(terminal, response.Result, format);
        if (format == OutputFormat.Json)
        {
            ChangeOutput.WriteJson(terminal, response.Result, draft: response.Name);
            return ExitCode.Done;
        }

        ChangeOutput.WriteText(terminal, response.Result);
        await terminal.Output.WriteLineAsync($"draft {response.Name} from revision {response.Result.Revision}: {ChangeOutput.Summary(response.Result.Changes)}; {Words.Count(response.Result.HostsTouched, "host")} would be touched");
        return ExitCode.Done;
    }
}
