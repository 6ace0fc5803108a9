using System.CommandLine;
using EdgeAgent.Cli.Server;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl host revoke</c>.</summary>
internal static class HostCommand
{
    public static Command Create(Terminal terminal, ServerOptions server) =>
        new("host", "Acts on enrolled hosts.") { Revoke(terminal, server) };

    private static Command Revoke(Terminal terminal, ServerOptions server)
    {
        var host = new Argument<string>("HOST") { Description = "namespace/name, or a name in the namespace default." };
        var note = DocumentRequests.NoteOption();
        var command = new Command("revoke", "Ends a host's enrolment at once: its stream ends and its certificates are refused until it enrols with a new token. Its rules stay in its kernel.") { host, note };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.RevokeHostAsync(new() { Host = parsed.GetValue(host), Note = parsed.GetValue(note) ?? "" }, ServerConnection.Call(cancellation));
            await terminal.Error.WriteLineAsync($"Host {parsed.GetValue(host)} is revoked{(response.WasConnected ? "; its stream was ended" : "")}.");
            return ExitCode.Done;
        });
        return command;
    }
}
