using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl preview [DRAFT]</c>.</summary>
internal static class PreviewCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var name = DraftCommand.Name();
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("preview", "Says what committing a draft would change: resources, hosts, flows, and reported flows of the last day that it would deny or allow. Exit code 1: it cannot be committed.") { name, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var preview = await connection.Rollouts.PreviewDraftAsync(new() { Name = parsed.GetValue(name) ?? "" }, ServerConnection.Call(cancellation));
            Findings.Write(terminal, preview.Result.Diagnostics.Select(Findings.FromWire));
            if (parsed.GetValue(output) == OutputFormat.Json)
                PreviewOutput.WriteJson(terminal, preview);
            else
                PreviewOutput.WriteText(terminal, preview);
            DraftOutput.WriteConflicts(terminal, preview.Draft);
            return preview.Result.Accepted && preview.Draft.Conflicts.Count == 0 ? ExitCode.Done : ExitCode.Negative;
        });
        return command;
    }
}
