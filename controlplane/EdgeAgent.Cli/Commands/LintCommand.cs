using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl lint -f PATH... [-o table|json]</c>.</summary>
internal static class LintCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = InputFiles.Option(required: true, "Manifests: files, directories, or - for standard input.");
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command(
            "lint",
            "Finds what is allowed in manifests but probably not meant: policies that select nothing, rules that no flow reaches, grants to the world, half bookends, unknown names. Exit code 1: a warning.")
        {
            files,
            output,
        };
        command.SetAction(parsed =>
        {
            var (state, warnings) = OfflineState.ReadQuietly(parsed.GetValue(files) ?? [], terminal);
            List<LintFinding> findings = [.. warnings.Select(PolicyLint.Of).Concat(PolicyLint.Of(state)).Distinct()];
            if (parsed.GetValue(output) == OutputFormat.Json)
                WriteJson(terminal, findings);
            else
                WriteText(terminal, findings);
            return findings.Exists(finding => finding.Severity >= LintSeverity.Warning) ? ExitCode.Negative : ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(Terminal terminal, List<LintFinding> findings)
    {
        var palette = Palette.Of(terminal);
        foreach (var finding in findings)
            terminal.Output.WriteLine(finding.Severity >= LintSeverity.Warning ? palette.Doubtful(finding.ToString()) : finding.ToString());
        var warnings = findings.Count(finding => finding.Severity >= LintSeverity.Warning);
        terminal.Error.WriteLine(findings.Count == 0 ? "nothing found" : $"{Words.Count(findings.Count, "finding")}: {Words.Count(warnings, "warning")}, {findings.Count - warnings} for information");
    }

    private static void WriteJson(Terminal terminal, List<LintFinding> findings) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("findings");
        foreach (var finding in findings)
            Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, LintFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("code", finding.Code);
        json.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
        json.WriteString("file", finding.Position.File);
        json.WriteNumber("line", finding.Position.Line);
        json.WriteNumber("column", finding.Position.Column);
        if (finding.Resource is { } key)
        {
            json.WriteStartObject("resource");
            json.WriteString("kind", key.Kind);
            json.WriteString("namespace", key.Namespace);
            json.WriteString("name", key.Name);
            json.WriteEndObject();
        }

        json.WriteString("field", finding.Field);
        json.WriteString("what", finding.What);
        json.WriteString("remedy", finding.Remedy);
        json.WriteEndObject();
    }
}
