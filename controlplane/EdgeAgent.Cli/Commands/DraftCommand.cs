using System.CommandLine;
using System.Text;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl draft list|show|discard</c>.</summary>
internal static class DraftCommand
{
    public static Command Create(Terminal terminal, ServerOptions server) =>
        new("draft", "Lists, shows and throws away prepared changes, which 'apply --draft' makes.") { List(terminal, server), Show(terminal, server), Discard(terminal, server) };

    /// <summary>Which draft a command is about.</summary>
    public static Argument<string?> Name() =>
        new("DRAFT") { Arity = ArgumentArity.ZeroOrOne, Description = "The draft's name; the only one where it is left out." };

    private static Command List(Terminal terminal, ServerOptions server)
    {
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("list", "Lists drafts, and which of them later revisions have overtaken.") { output };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Rollouts.ListDraftsAsync(new(), ServerConnection.Call(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
                DraftOutput.WriteJson(terminal, response.Drafts);
            else
                DraftOutput.WriteTable(terminal, response.Drafts);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal, ServerOptions server)
    {
        var name = Name();
        var command = new Command("show", "Prints a draft's documents.") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var draft = await connection.Rollouts.GetDraftAsync(new() { Name = parsed.GetValue(name) ?? "" }, ServerConnection.Call(cancellation));
            DraftOutput.WriteConflicts(terminal, draft);
            await terminal.Output.WriteLineAsync(string.Join("\n---\n", draft.Documents.Select(document => Encoding.UTF8.GetString(document.Content.Span).TrimEnd('\n'))));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Discard(Terminal terminal, ServerOptions server)
    {
        var name = Name();
        var command = new Command("discard", "Throws a draft away.") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Rollouts.DiscardDraftAsync(new() { Name = parsed.GetValue(name) ?? "" }, ServerConnection.Call(cancellation));
            await terminal.Error.WriteLineAsync($"Draft {response.Name} is discarded.");
            return ExitCode.Done;
        });
        return command;
    }
}
