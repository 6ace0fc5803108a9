using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl diff -f PATH...</c>.</summary>
internal static class DiffCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var files = InputFiles.Option(required: true, "Manifests: files, directories, or - for standard input.");
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("diff", "Says what apply would change. Exit code 1: something.") { files, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new ApplyRequest { Author = ServerOptions.Author(terminal) };
            request.Documents.AddRange(DocumentRequests.Read(parsed.GetValue(files)!, terminal));
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.DiffAsync(request, ServerConnection.Call(cancellation));
            DocumentRequests.CheckAccepted(terminal, response, parsed.GetValue(output));
            var differs = response.Changes.Any(change => change.Kind != ChangeKind.Unchanged);
            if (parsed.GetValue(output) == OutputFormat.Json)
                ChangeOutput.WriteJson(terminal, response);
            else if (differs)
                WriteText(terminal, response);
            return differs ? ExitCode.Negative : ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(Terminal terminal, ApplyResponse response)
    {
        ChangeOutput.WriteText(terminal, response);
        terminal.Output.WriteLine($"against revision {response.Revision}: {ChangeOutput.Summary(response.Changes)}; {Words.Count(response.HostsTouched, "host")} would be touched");
    }
}
