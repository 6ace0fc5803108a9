using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl diff -f PATH... [--against PATH... [--prune]]</c>.</summary>
internal static class DiffCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var files = InputFiles.Option(required: true, "Manifests: files, directories, or - for standard input.");
        var against = new Option<string[]>("--against")
        {
            HelpName = "PATH",
            Description = "Compare with what these manifests would hold, without any server.",
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.OneOrMore,
        };
        var prune = new Option<bool>("--prune") { Description = "With --against: what the manifests of -f lack would be deleted." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("diff", "Says what apply would change: resources, and which flows would be newly allowed or denied. Exit code 1: something.") { files, against, prune, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = parsed.GetValue(files)!;
            var others = parsed.GetValue(against) ?? [];
            if (others.Length == 0 && parsed.GetValue(prune))
                throw CommandFailure.BadInput("edgectl: --prune is for --against; expected both");
            var (response, flows) = others.Length > 0
                ? ResourceDiff.Of(paths, others, parsed.GetValue(prune), terminal)
                : await AskAsync(paths, () => server.Connect(parsed, terminal), terminal, parsed.GetValue(output), cancellation);
            var differs = response.Changes.Any(change => change.Kind != ChangeKind.Unchanged);
            if (parsed.GetValue(output) == OutputFormat.Json)
                ChangeOutput.WriteJson(terminal, response, flows);
            else if (differs)
                WriteText(terminal, response, flows, others.Length > 0 ? "the manifests" : $"revision {response.Revision}");
            return differs ? ExitCode.Negative : ExitCode.Done;
        });
        return command;
    }

    private static async Task<ResourceDiff> AskAsync(string[] paths, Func<ServerConnection> connect, Terminal terminal, OutputFormat? output, CancellationToken cancellation)
    {
        var request = new ApplyRequest { Author = ServerOptions.Author(terminal) };
        request.Documents.AddRange(DocumentRequests.Read(paths, terminal));
        using var connection = connect();
        var response = await connection.Admin.DiffAsync(request, ServerConnection.Call(cancellation));
        DocumentRequests.CheckAccepted(terminal, response, output);
        return new(response, [.. response.Flows.Select(FlowView.Of)]);
    }

    private static void WriteText(Terminal terminal, ApplyResponse response, IReadOnlyList<FlowView> flows, string against)
    {
        ChangeOutput.WriteText(terminal, response);
        terminal.Output.WriteLine($"against {against}: {ChangeOutput.Summary(response.Changes)}; {Words.Count(response.HostsTouched, "host")} would be touched");
        terminal.Output.WriteLine();
        if (flows.Count == 0)
            terminal.Output.WriteLine("no flow would be newly allowed or denied");
        else
            FlowOutput.WriteTable(terminal, flows);
    }
}
