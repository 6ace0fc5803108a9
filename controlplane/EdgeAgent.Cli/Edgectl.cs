using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using EdgeAgent.Cli.Commands;
using EdgeAgent.Cli.Server;
using Grpc.Core;

namespace EdgeAgent.Cli;

/// <summary>The command line tool, apart from its process.</summary>
public static class Edgectl
{
    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="terminal">Where it reads and writes.</param>
    /// <param name="cancellation">Ends it early, with <see cref="ExitCode.Interrupted"/>.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        try
        {
            var parsed = Root(terminal).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Action is ParseErrorAction)
                return RefuseCommandLine(parsed, terminal);
            var invocation = new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, cancellation);
        }
        catch (CommandFailure failure)
        {
            foreach (var message in failure.Messages)
                await terminal.Error.WriteLineAsync(message);
            return failure.ExitCode;
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException e)
        {
            await terminal.Error.WriteLineAsync($"edgectl: {ServerRefusal.Describe(e)}");
            return ServerRefusal.ExitCodeOf(e);
        }
        catch (IOException e)
        {
            await terminal.Error.WriteLineAsync($"edgectl: {e.Message}");
            return ExitCode.BadInput;
        }
    }

    private static RootCommand Root(Terminal terminal)
    {
        var server = new ServerOptions();
        var root = new RootCommand("Sees and changes what EdgeAgent enforces.");
        server.AddTo(root);
        root.Subcommands.Add(ApplyCommand.Create(terminal, server));
        root.Subcommands.Add(DraftCommand.Create(terminal, server));
        root.Subcommands.Add(PreviewCommand.Create(terminal, server));
        root.Subcommands.Add(CommitCommand.Create(terminal, server));
        root.Subcommands.Add(RolloutCommand.Create(terminal, server));
        root.Subcommands.Add(DiffCommand.Create(terminal, server));
        root.Subcommands.Add(DeleteCommand.Create(terminal, server));
        root.Subcommands.Add(GetCommand.Create(terminal, server));
        root.Subcommands.Add(StatusCommand.Create(terminal, server));
        root.Subcommands.Add(HistoryCommand.Create(terminal, server));
        root.Subcommands.Add(RollbackCommand.Create(terminal, server));
        root.Subcommands.Add(ConnectivityCommand.Create(terminal, server));
        root.Subcommands.Add(ExplainCommand.Create(terminal, server));
        root.Subcommands.Add(SelectorCommand.Create(terminal));
        root.Subcommands.Add(DeriveCommand.Create(terminal));
        root.Subcommands.Add(LintCommand.Create(terminal));
        root.Subcommands.Add(ExportCommand.Create(terminal, server));
        root.Subcommands.Add(EventsCommand.Create(terminal, server));
        root.Subcommands.Add(RetryCommand.Create(terminal, server));
        root.Subcommands.Add(HostOrderCommands.Quarantine(terminal, server));
        root.Subcommands.Add(HostOrderCommands.Release(terminal, server));
        root.Subcommands.Add(AuditCommand.Create(terminal, server));
        root.Subcommands.Add(TokenCommand.Create(terminal, server));
        root.Subcommands.Add(HostCommand.Create(terminal, server));
        root.Subcommands.Add(AuthorityCommand.Create(terminal, server));
        root.Subcommands.Add(UserCommand.Create(terminal, server));
        return root;
    }

    private static int RefuseCommandLine(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors.Select(error => error.Message).Distinct())
            terminal.Error.WriteLine($"edgectl: {error}");
        terminal.Error.WriteLine($"Try '{Path(parsed.CommandResult)} --help'.");
        return ExitCode.BadInput;
    }

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "edgectl";
}
