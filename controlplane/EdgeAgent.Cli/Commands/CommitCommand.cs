using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl commit [DRAFT] [--waves ...]</c>.</summary>
internal static class CommitCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var name = DraftCommand.Name();
        var note = DocumentRequests.NoteOption();
        var waves = new Option<string?>("--waves") { HelpName = "1,10%,100%", Description = "The change reaches the hosts that it touches in waves: numbers of hosts, percentages, selector:EXPRESSION; each includes the ones before, the last is 100%. All hosts at once where it is left out." };
        var soak = new Option<string?>("--soak") { HelpName = "SPAN", Description = "How long a wave is watched after its hosts hold the change; 60s where it is left out." };
        var gate = new Option<string?>("--gate") { HelpName = "EXPRESSION", Description = "What must hold of the released hosts, or the change is taken back: failed, rolledback, stale, disconnected, pending, late or denied, beside a number or a percentage, joined by && and ||. 'failed == 0 && rolledback == 0 && late == 0' where it is left out." };
        var patience = new Option<string?>("--patience") { HelpName = "SPAN", Description = "How long a wave waits for a host that is connected and does not come to the change, which is late then, or that went away; 5m where it is left out." };
        var detach = new Option<bool>("--detach") { Description = "Do not stay to watch the waves." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("commit", "Makes a draft the newest revision, at once or in waves, and watches them. Exit code 1: the change was taken back.") { name, note, waves, soak, gate, patience, detach, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new CommitDraftRequest
            {
                Name = parsed.GetValue(name) ?? "",
                Author = ServerOptions.Author(terminal),
                Note = parsed.GetValue(note) ?? "",
                Waves = parsed.GetValue(waves) ?? "",
                Soak = parsed.GetValue(soak) is { } span ? Duration.FromTimeSpan(SpanArgument.Parse(span)) : null,
                Gate = parsed.GetValue(gate) ?? "",
                Patience = parsed.GetValue(patience) is { } longest ? Duration.FromTimeSpan(SpanArgument.Parse(longest)) : null,
            };
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Rollouts.CommitDraftAsync(request, ServerConnection.Call(cancellation));
            DocumentRequests.CheckAccepted(terminal, response.Result, parsed.GetValue(output));
            var stays = response.Rollout != 0 && !parsed.GetValue(detach);
            if (!stays || parsed.GetValue(output) != OutputFormat.Json)
                DocumentRequests.WriteRevision(terminal, response.Result, parsed.GetValue(output));
            if (response.Rollout == 0)
                return ExitCode.Done;
            if (!stays)
            {
                await terminal.Error.WriteLineAsync($"Rollout {response.Rollout} goes on; 'edgectl rollout status --follow' watches it.");
                return ExitCode.Done;
            }

            return await RolloutCommand.WatchAsync(terminal, connection, response.Rollout, follow: true, parsed.GetValue(output), cancellation);
        });
        return command;
    }
}
