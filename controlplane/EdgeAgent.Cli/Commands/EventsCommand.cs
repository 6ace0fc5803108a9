using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl events --follow</c>.</summary>
internal static class EventsCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var follow = new Option<bool>("--follow") { Description = "Stay, and say each new revision as it comes." };
        var from = new Option<long?>("--from") { HelpName = "REV", Description = "The first revision to say; the next one with --follow, else the oldest kept, where it is left out." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("events", "Says what changed, oldest first, one line for each revision.") { follow, from, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            using var json = JsonOutput.Lines(terminal);
            await foreach (var entry in EntriesAsync(connection, parsed.GetValue(follow), parsed.GetValue(from), cancellation))
            {
                if (parsed.GetValue(output) == OutputFormat.Json)
                    json.Write(writer => RevisionOutput.WriteJson(writer, entry));
                else
                    terminal.Output.WriteLine($"{Words.Instant(entry.At.ToDateTimeOffset())}  {RevisionOutput.Line(entry)}");
                await terminal.Output.FlushAsync(cancellation);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async IAsyncEnumerable<RevisionEntry> EntriesAsync(
        ServerConnection connection, bool follow, long? from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        // The newest revision tells both where following begins and where listing ends.
        var newest = await connection.Admin.HistoryAsync(new HistoryRequest { Limit = 1 }, ServerConnection.Call(cancellation));
        var last = newest.Revisions.Count > 0 ? newest.Revisions[0].Revision : 0;
        var first = from ?? (follow ? last + 1 : 0);
        if (!follow && first > last)
            yield break;
        using var call = connection.Admin.Watch(new WatchRequest { FromRevision = first }, ServerConnection.Stream(cancellation));
        await foreach (var entry in call.ResponseStream.ReadAllAsync(cancellation))
        {
            yield return entry;
            if (!follow && entry.Revision >= last)
                yield break;
        }
    }
}
