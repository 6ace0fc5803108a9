using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Google.Protobuf;

namespace EdgeAgent.Cli.Commands;

/// <summary>What apply, diff and delete share: documents in, changes out.</summary>
internal static class DocumentRequests
{
    /// <summary>The most that the contract lets one request carry, in bytes.</summary>
    private const long MostBytes = 4 * 1024 * 1024;

    public static Option<string?> NoteOption() => new("--note", "-m") { HelpName = "TEXT", Description = "Why; kept in the history." };

    /// <summary>Reads what <c>-f</c> names, and looks for what can be found wrong without a server.</summary>
    public static IReadOnlyList<Document> Read(string[] paths, Terminal terminal)
    {
        var files = InputFiles.Read(paths, terminal);
        var length = files.Sum(file => (long)file.Bytes.Length);
        if (length > MostBytes)
            throw CommandFailure.BadInput($"edgectl: {length} bytes of documents; expected at most {MostBytes} at once");
        return [.. files.Select(file => new Document { Name = file.Name, Content = ByteString.CopyFrom(file.Bytes.Span) })];
    }

    /// <summary>Writes findings to standard error, and ends the command with <see cref="ExitCode.BadInput"/> when the server did not accept.</summary>
    public static void CheckAccepted(Terminal terminal, ApplyResponse response, OutputFormat? format)
    {
        Findings.Write(terminal, response.Diagnostics.Select(Findings.FromWire));
        if (response.Accepted)
            return;
        if (format == OutputFormat.Json)
            ChangeOutput.WriteJson(terminal, response);
        var errors = response.Diagnostics.Count(finding => finding.Severity == Severity.Error);
        throw CommandFailure.BadInput($"{Words.Count(errors, "error")}; nothing was changed.");
    }

    /// <summary>Says which change became which revision.</summary>
    public static void WriteRevision(Terminal terminal, ApplyResponse response, OutputFormat? format)
    {
        if (format == OutputFormat.Json)
        {
            ChangeOutput.WriteJson(terminal, response);
            return;
        }

        ChangeOutput.WriteText(terminal, response);
        terminal.Output.WriteLine($"revision {response.Revision}: {ChangeOutput.Summary(response.Changes)}; {Words.Count(response.HostsTouched, "host")} touched");
    }
}
