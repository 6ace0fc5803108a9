using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl rollout status|pause|resume|abort</c>.</summary>
internal static class RolloutCommand
{
    public static Command Create(Terminal terminal, ServerOptions server) => new("rollout", "Shows and steers changes that reach the fleet in waves.")
    {
        Status(terminal, server),
        Order("pause", "Holds the rollout: neither the next wave nor the gate happens until it is resumed.", RolloutOrder.Pause, terminal, server),
        Order("resume", "Lets a paused rollout go on.", RolloutOrder.Resume, terminal, server),
        Order("abort", "Ends the rollout, and takes its change back everywhere.", RolloutOrder.Abort, terminal, server),
    };

    /// <summary>Writes where a rollout stands, each line as it changes when following.</summary>
    /// <returns><see cref="ExitCode.Negative"/> where its change was taken back.</returns>
    public static async Task<int> WatchAsync(Terminal terminal, ServerConnection connection, long rollout, bool follow, OutputFormat? format, CancellationToken cancellation)
    {
        using var json = JsonOutput.Lines(terminal);
        using var call = connection.Rollouts.WatchRollout(new() { Rollout = rollout, Follow = follow }, ServerConnection.Stream(cancellation));
        var (state, last) = (RolloutState.Unspecified, "");
        await foreach (var status in call.ResponseStream.ReadAllAsync(cancellation))
        {
            state = status.State;
            if (format == OutputFormat.Json)
                json.Write(writer => RolloutOutput.WriteJson(writer, status));
            else if (!follow)
                RolloutOutput.WriteText(terminal, status);
            else if (RolloutOutput.Line(terminal, status) is var line && line != last)
                await terminal.Output.WriteLineAsync(last = line);
            await terminal.Output.FlushAsync(cancellation);
        }

        return state is RolloutState.Failed or RolloutState.Aborted ? ExitCode.Negative : ExitCode.Done;
    }

    private static Command Status(Terminal terminal, ServerOptions server)
    {
        var id = new Argument<long>("ROLLOUT") { Arity = ArgumentArity.ZeroOrOne, Description = "The revision of the change; the newest rollout where it is left out." };
        var follow = new Option<bool>("--follow") { Description = "Stay until it has ended, and say each change." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("status", "Says where a rollout stands. Exit code 1: its change was taken back.") { id, follow, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            return await WatchAsync(terminal, connection, parsed.GetValue(id), parsed.GetValue(follow), parsed.GetValue(output), cancellation);
        });
        return command;
    }

    private static Command Order(string name, string description, RolloutOrder order, Terminal terminal, ServerOptions server)
    {
        var note = DocumentRequests.NoteOption();
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command(name, description) { note, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new OrderRolloutRequest { Order = order, Author = ServerOptions.Author(terminal), Note = parsed.GetValue(note) ?? "" };
            using var connection = server.Connect(parsed, terminal);
            var status = await connection.Rollouts.OrderRolloutAsync(request, ServerConnection.Call(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
                JsonOutput.Write(terminal, json => RolloutOutput.WriteJson(json, status));
            else
                await terminal.Output.WriteLineAsync(RolloutOutput.Line(terminal, status));
            return ExitCode.Done;
        });
        return command;
    }
}
