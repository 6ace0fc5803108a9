using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl quarantine HOST</c> and <c>edgectl release HOST</c>.</summary>
internal static class HostOrderCommands
{
    public static Command Quarantine(Terminal terminal, ServerOptions server) => Create(
        "quarantine",
        "Cuts a host off: nothing but failsafes and the control plane, whatever policy says, until it is released.",
        terminal,
        server,
        (connection, request, options) => connection.Admin.QuarantineAsync(request, options));

    public static Command Release(Terminal terminal, ServerOptions server) => Create(
        "release",
        "Ends the quarantine of a host: its policy counts again.",
        terminal,
        server,
        (connection, request, options) => connection.Admin.ReleaseAsync(request, options));

    private static Command Create(string name, string description, Terminal terminal, ServerOptions server, Func<ServerConnection, HostOrderRequest, CallOptions, AsyncUnaryCall<ApplyResponse>> call)
    {
        var host = new Argument<string>("HOST") { Description = "namespace/name, or a name that is one host's alone." };
        var note = DocumentRequests.NoteOption();
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command(name, description) { host, note, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new HostOrderRequest { Host = parsed.GetValue(host)!, Author = ServerOptions.Author(terminal), Note = parsed.GetValue(note) ?? "" };
            using var connection = server.Connect(parsed, terminal);
            var response = await call(connection, request, ServerConnection.Call(cancellation));
            DocumentRequests.CheckAccepted(terminal, response, parsed.GetValue(output));
            DocumentRequests.WriteRevision(terminal, response, parsed.GetValue(output));
            return ExitCode.Done;
        });
        return command;
    }
}
