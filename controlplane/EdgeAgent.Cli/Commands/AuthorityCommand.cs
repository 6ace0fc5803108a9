using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl authority list|prepare|activate|retire|trust</c>.</summary>
internal static class AuthorityCommand
{
    public static Command Create(Terminal terminal, ServerOptions server) => new("authority", "Changes the control plane's embedded authority for another: prepare, activate, retire, each once all hosts are ready for it.")
    {
        List(terminal, server),
        Order(terminal, server, "prepare", AuthorityOrder.Prepare, "Makes the next authority. Hosts are told to trust it; the present one goes on issuing.", "is prepared, and hosts are told to trust it"),
        Order(terminal, server, "activate", AuthorityOrder.Activate, "Lets the other authority issue. Hosts are asked to take certificates of it; those of the one before stay good.", "issues from now on"),
        Order(terminal, server, "retire", AuthorityOrder.Retire, "Accepts nothing of the authority that does not issue any more, and forgets its key. Before 'activate' it takes 'prepare' back.", "is retired"),
        Trust(terminal, server),
    };

    private static Command List(Terminal terminal, ServerOptions server)
    {
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("list", "Lists the authorities, and how far hosts are with them.") { output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.ListAuthoritiesAsync(new(), ServerConnection.Call(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
                AuthorityOutput.WriteJson(terminal, response);
            else
                AuthorityOutput.WriteTable(terminal, response);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Order(Terminal terminal, ServerOptions server, string name, AuthorityOrder order, string description, string done)
    {
        var force = new Option<bool>("--force") { Description = "Even though hosts, or control planes, are not ready for it and are left behind." };
        var note = DocumentRequests.NoteOption();
        var command = new Command(name, description) { force, note };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var request = new OrderAuthorityRequest { Order = order, Force = parsed.GetValue(force), Note = parsed.GetValue(note) ?? "" };
            var response = await connection.Admin.OrderAuthorityAsync(request, ServerConnection.Call(cancellation));
            await terminal.Error.WriteLineAsync($"The authority {AuthorityOutput.Short(response.Key)} {done}.");
            if (response.LeftBehind.Count > 0)
                await terminal.Error.WriteLineAsync($"Left behind: {string.Join(", ", response.LeftBehind)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Trust(Terminal terminal, ServerOptions server)
    {
        var command = new Command("trust", "Writes the authorities that are in use into the context that this command was given, in the place of those that it trusts now.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = server.ReadContext(parsed, terminal);
            if (file.Path.Length == 0)
                throw CommandFailure.BadInput("edgectl: no context to write to; expected --context FILE, EDGECTL_CONTEXT or ~/.config/edgectl/context");
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.ListAuthoritiesAsync(new(), ServerConnection.Call(cancellation));
            var inUse = response.Authorities.Where(authority => authority.State != AuthorityState.Retired).ToList();
            file.Write(file.Context with { Authorities = string.Join('\n', inUse.Select(AuthorityOutput.Pem)) });
            await terminal.Error.WriteLineAsync($"{file.Path} trusts {string.Join(" and ", inUse.Select(authority => AuthorityOutput.Short(authority.Key)))}.");
            return ExitCode.Done;
        });
        return command;
    }
}
