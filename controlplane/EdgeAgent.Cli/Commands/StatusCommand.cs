using System.CommandLine;
using System.Diagnostics;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl status [HOST] [-o json] [--wait SECONDS]</c>.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(100);

    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var host = new Argument<string?>("HOST") { Arity = ArgumentArity.ZeroOrOne, Description = "namespace/name or name; all hosts where it is left out." };
        var wait = new Option<double?>("--wait") { HelpName = "SECONDS", Description = "Wait until the hosts are realized, at most so long. Exit code 1: they are not." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("status", "Says what each host's kernel is proven to hold.") { host, wait, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var name = parsed.GetValue(host) ?? "";
            var (response, realized) = await PollAsync(connection, name, parsed.GetValue(wait), cancellation);
            if (parsed.GetValue(output) == OutputFormat.Json)
                JsonOutput.Write(terminal, json => StatusJson.Write(json, response));
            else
                await WriteTextAsync(terminal, connection, response, detailed: name.Length > 0, cancellation);
            return realized ? ExitCode.Done : ExitCode.Negative;
        });
        return command;
    }

    private static async Task<(StatusResponse Response, bool Realized)> PollAsync(ServerConnection connection, string host, double? seconds, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var response = await connection.Admin.StatusAsync(new StatusRequest { Host = host }, ServerConnection.Call(cancellation));
            if (seconds is null || (response.Hosts.Count > 0 && response.Hosts.All(StatusText.IsRealized)))
                return (response, true);
            if (clock.Elapsed.TotalSeconds >= seconds)
                return (response, false);
            await Task.Delay(_pollInterval, cancellation);
        }
    }

    private static async Task WriteTextAsync(Terminal terminal, ServerConnection connection, StatusResponse response, bool detailed, CancellationToken cancellation)
    {
        StatusText.WriteTable(terminal, response);
        foreach (var report in detailed ? response.Hosts : [])
        {
            var request = new StatusHistoryRequest { Namespace = report.Status.Namespace, Name = report.Status.Name, Limit = 10 };
            var history = await connection.Admin.StatusHistoryAsync(request, ServerConnection.Call(cancellation));
            StatusText.WriteDetails(terminal, report, history.Transitions);
        }
    }
}
