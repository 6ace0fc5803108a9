using System.CommandLine;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl retry [HOST]</c>.</summary>
internal static class RetryCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var host = new Argument<string?>("HOST") { Arity = ArgumentArity.ZeroOrOne, Description = "namespace/name or name; all hosts that refused where it is left out." };
        var command = new Command("retry", "Tells hosts to try again the revision that they refused or rolled back. Exit code 1: none was told.") { host };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.RetryAsync(new RetryRequest { Host = parsed.GetValue(host) ?? "" }, ServerConnection.Call(cancellation));
            terminal.Output.WriteLine($"{Words.Count(response.Hosts, "host")} told to try again");
            return response.Hosts > 0 ? ExitCode.Done : ExitCode.Negative;
        });
        return command;
    }
}
