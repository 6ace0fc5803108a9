using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl explain FROM TO PROTO/PORT [-f PATH...]</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var sources = new VerdictSources(terminal, server);
        var from = new Argument<string>("FROM") { Description = "The source: namespace/name, or an address." };
        var to = new Argument<string>("TO") { Description = "The destination: namespace/name, an address, or a name such as db.example.com." };
        var traffic = new Argument<string>("PROTO/PORT") { Description = "TCP/9080, UDP/53, ICMP, ICMP/8 ..." };
        var failsafes = new Option<bool>("--with-failsafes") { Description = "Let the failsafes count as well." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("explain", "Says which rule decides a flow at each end, and why others do not. Exit code 1: denied.") { from, to, traffic, sources.Files, failsafes, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var probe = TrafficArgument.ToProbe(parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(traffic)!);
            using var source = sources.Open(parsed);
            await foreach (var answer in source.AnswerAsync([probe], parsed.GetValue(failsafes), explained: true, cancellation))
            {
                if (answer.Error.Length > 0)
                    throw CommandFailure.BadInput($"edgectl: {answer.Error}");
                if (parsed.GetValue(output) == OutputFormat.Json)
                    JsonOutput.Write(terminal, json => VerdictJson.Write(json, probe, answer, explained: true));
                else
                    WriteText(terminal, probe, answer);
                return answer.Allowed ? ExitCode.Done : ExitCode.Negative;
            }

            throw CommandFailure.Server("edgectl: the server gave no answer");
        });
        return command;
    }

    private static void WriteText(Terminal terminal, Probe probe, Answer answer)
    {
        var palette = Palette.Of(terminal);
        terminal.Output.WriteLine($"{palette.Verdict(answer.Allowed, VerdictJson.Word(answer.Allowed))}  {probe.From} -> {probe.To} {VerdictText.Traffic(probe)}");
        WriteEnd(terminal, palette, $"egress of {probe.From}", answer.Egress);
        WriteEnd(terminal, palette, $"ingress of {probe.To}", answer.Ingress);
    }

    private static void WriteEnd(Terminal terminal, Palette palette, string title, EndAnswer end)
    {
        var source = end.Source.Length > 0 ? palette.Faint($"  ({end.Source})") : "";
        terminal.Output.WriteLine($"  {title}: {palette.Verdict(end.Allowed, VerdictJson.Word(end.Allowed))}, {VerdictText.Deciding(end)}{source}");
        if (end.Note.Length > 0)
            terminal.Output.WriteLine($"    {end.Note}");
        foreach (var other in end.Others)
            terminal.Output.WriteLine(palette.Faint($"    {other}"));
    }
}
