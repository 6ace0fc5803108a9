using System.CommandLine;
using System.Text;
using EdgeAgent.Cli.Audit;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl audit verify|export</c>.</summary>
internal static class AuditCommand
{
    private static readonly string[] _formats = ["json", "csv", "html"];

    public static Command Create(Terminal terminal, ServerOptions server) =>
        new("audit", "Proves what was enforced, and that the logs are whole.") { Verify(terminal, server), Export(terminal, server) };

    private static Command Verify(Terminal terminal, ServerOptions server)
    {
        var known = new Option<string[]>("--known") { HelpName = "FILE", Description = "What 'audit verify -o json' or 'audit export --format json' wrote before: the logs must still hold those rows." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("verify", "Walks the hash-chained logs; names the first row of each that was altered, is missing or out of its place. Exit code 1: there is one.") { known, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new VerifyAuditRequest();
            request.Known.AddRange((parsed.GetValue(known) ?? []).SelectMany(HeadsJson.Read));
            using var connection = server.Connect(parsed, terminal);
            var response = await connection.Admin.VerifyAuditAsync(request, ServerConnection.Stream(cancellation));
            if (parsed.GetValue(output) == OutputFormat.Json)
                WriteJson(terminal, response);
            else
                WriteText(terminal, response);
            return response.Findings.Count == 0 ? ExitCode.Done : ExitCode.Negative;
        });
        return command;
    }

    private static Command Export(Terminal terminal, ServerOptions server)
    {
        var from = TimeArgument.Instant("--from", "The beginning of the span; the beginning of the logs where it is left out.");
        var to = TimeArgument.Instant("--to", "Its end; now where it is left out.");
        var since = TimeArgument.Span("--since", "How long ago the span began, instead of --from.");
        var format = new Option<string>("--format") { HelpName = string.Join('|', _formats), Required = true, Description = "json for programs, csv for tables, html for one page that prints." };
        format.AcceptOnlyFromAmong(_formats);
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = "Where to write it; standard output where it is left out." };
        var command = new Command("export", "Gives out every change, every host's timeline, drift with its culprits, always-open rules and the rulesets themselves. Exit code 1: a log is broken; the evidence says where.") { from, to, since, format, file };
        command.Validators.Add(result =>
        {
            if (result.GetResult(from) is { Tokens.Count: > 0 } && result.GetResult(since) is { Tokens.Count: > 0 })
                result.AddError("both --from and --since; expected one of them");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var begin = parsed.GetValue(since) is { } span ? (parsed.GetValue(to) ?? DateTimeOffset.UtcNow) - span : parsed.GetValue(from);
            var request = new ExportAuditRequest { From = begin?.ToTimestamp(), To = parsed.GetValue(to)?.ToTimestamp() };
            using var connection = server.Connect(parsed, terminal);
            using var call = connection.Admin.ExportAudit(request, ServerConnection.Stream(cancellation));
            var evidence = await Evidence.ReadAsync(call.ResponseStream.ReadAllAsync(cancellation));
            if (parsed.GetValue(file) is { } path)
            {
                await using var output = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                Write(terminal with { Output = output }, parsed.GetValue(format)!, evidence);
                terminal.Error.WriteLine($"{path}: {Words.Count(evidence.Changes.Count, "change")}, {Words.Count(evidence.Hosts.Count, "host")}, {Words.Count(evidence.Rulesets.Count, "ruleset")}");
            }
            else
            {
                Write(terminal, parsed.GetValue(format)!, evidence);
            }

            foreach (var finding in evidence.Header.Findings)
                terminal.Error.WriteLine($"{finding.Log}, row {finding.Number}: {finding.What}");
            return evidence.Header.Findings.Count == 0 ? ExitCode.Done : ExitCode.Negative;
        });
        return command;
    }

    private static void Write(Terminal terminal, string format, Evidence evidence)
    {
        if (format == "json")
            JsonOutput.Write(terminal, json => EvidenceJson.Write(json, evidence));
        else if (format == "csv")
            EvidenceCsv.Write(terminal.Output, evidence);
        else
            EvidenceHtml.Write(terminal.Output, evidence);
        terminal.Output.Flush();
    }

    private static void WriteJson(Terminal terminal, VerifyAuditResponse response) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartObject();
        HeadsJson.Write(json, response.Findings, response.Heads, response.PublicKey);
        json.WriteEndObject();
    });

    private static void WriteText(Terminal terminal, VerifyAuditResponse response)
    {
        var palette = Palette.Of(terminal);
        foreach (var head in response.Heads)
        {
            var broken = response.Findings.FirstOrDefault(finding => finding.Log == head.Log);
            var line = $"{head.Log,-12}  {(broken is null ? "intact" : "BROKEN")}, {Words.Count(head.Number, "row")}, ends with {Convert.ToHexStringLower(head.Hash.Span)}";
            terminal.Output.WriteLine(broken is null ? palette.Good(line) : palette.Bad(line));
        }

        foreach (var finding in response.Findings)
            terminal.Output.WriteLine(palette.Bad($"{finding.Log}, row {finding.Number}: {finding.What}"));
        terminal.Output.WriteLine($"signed with key {HeadsJson.Fingerprint(response.PublicKey)}");
    }
}
