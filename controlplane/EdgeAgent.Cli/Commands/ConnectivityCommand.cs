using System.CommandLine;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Cli.Server;
using EdgeAgent.Cli.Verdicts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl connectivity [-f PATH...] --probes FILE|- | --matrix [-o table|json] [--with-failsafes]</c>.</summary>
internal static class ConnectivityCommand
{
    public static Command Create(Terminal terminal, ServerOptions server)
    {
        var sources = new VerdictSources(terminal, server);
        var probes = new Option<string?>("--probes")
        {
            HelpName = "FILE|-",
            Description = "JSON lines {\"from\", \"to\", \"protocol\", \"port\"}; from and to are namespace/name, an address or a name such as db.example.com.",
        };
        var matrix = new Option<bool>("--matrix") { Description = "Instead of probes: all hosts, endpoints and blocks with one another, for all traffic; many hosts in groups of equal verdicts." };
        var failsafes = new Option<bool>("--with-failsafes") { Description = "Let the failsafes count as well." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        output.Description = "How the answers are written; a terminal gets a table and a program JSON lines unless told.";
        var command = new Command("connectivity", "Says for each probe whether policy allows it, and which rule decides at each end; or the whole matrix of verdicts.") { sources.Files, probes, matrix, output, failsafes };
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = parsed.GetValue(sources.Files);
            if (parsed.GetValue(matrix))
            {
                if (parsed.GetValue(probes) is not null || parsed.GetValue(failsafes))
                    throw CommandFailure.BadInput("edgectl: --matrix is about policy alone; expected neither --probes nor --with-failsafes beside it");
                var state = await StateSources.ReadAsync(paths, () => server.Connect(parsed, terminal), terminal, cancellation);
                WriteMatrix(terminal, state, parsed.GetValue(output));
                return ExitCode.Done;
            }

            var file = parsed.GetValue(probes) ?? throw CommandFailure.BadInput("edgectl: nothing is asked; expected --probes FILE|- or --matrix", "Try 'edgectl connectivity --help'.");
            if (file == "-" && paths?.Contains("-") == true)
                throw CommandFailure.BadInput("edgectl: '-' is given for manifests and for probes; standard input can be read once");
            using var source = sources.Open(parsed);
            var lines = JsonLines.Read(file, terminal, ProbeReader.Read);
            var answers = await AskAsync(source, lines, parsed.GetValue(failsafes), cancellation);
            var format = parsed.GetValue(output) ?? (terminal.OutputIsTerminal ? OutputFormat.Table : OutputFormat.Json);
            if (format == OutputFormat.Json)
                WriteJson(terminal, lines, answers);
            else
                WriteTable(terminal, lines, answers);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteMatrix(Terminal terminal, EngineState state, OutputFormat? format)
    {
        var matrix = Matrix.Of(state);
        if ((format ?? (terminal.OutputIsTerminal ? OutputFormat.Table : OutputFormat.Json)) == OutputFormat.Json)
            MatrixOutput.WriteJson(terminal, matrix);
        else
            MatrixOutput.WriteText(terminal, matrix);
    }

    private static async Task<List<Answer>> AskAsync(IVerdictSource source, IReadOnlyList<JsonLine<Probe>> lines, bool withFailsafes, CancellationToken cancellation)
    {
        var answers = new List<Answer>(lines.Count);
        var errors = new List<string>();
        await foreach (var answer in source.AnswerAsync([.. lines.Select(line => line.Value)], withFailsafes, explained: false, cancellation))
        {
            if (answer.Error.Length > 0)
                errors.Add($"{lines[answers.Count].Position}: {answer.Error}");
            answers.Add(answer);
        }

        return errors.Count == 0 ? answers : throw CommandFailure.BadInput(errors);
    }

    private static void WriteJson(Terminal terminal, IReadOnlyList<JsonLine<Probe>> lines, List<Answer> answers)
    {
        using var json = JsonOutput.Lines(terminal);
        foreach (var (line, answer) in lines.Zip(answers))
            json.Write(writer => VerdictJson.Write(writer, line.Value, answer, explained: false));
    }

    private static void WriteTable(Terminal terminal, IReadOnlyList<JsonLine<Probe>> lines, List<Answer> answers)
    {
        var palette = Palette.Of(terminal);
        var table = new TextTable("FROM", "TO", "TRAFFIC", "VERDICT", "EGRESS", "INGRESS");
        foreach (var (line, answer) in lines.Zip(answers))
        {
            table.Add(
                line.Value.From,
                line.Value.To,
                VerdictText.Traffic(line.Value),
                new(VerdictJson.Word(answer.Allowed), word => palette.Verdict(answer.Allowed, word)),
                VerdictText.End(answer.Egress),
                VerdictText.End(answer.Ingress));
        }

        table.WriteTo(terminal.Output);
        terminal.Error.WriteLine($"{Words.Count(answers.Count, "probe")}: {answers.Count(answer => answer.Allowed)} allowed, {answers.Count(answer => !answer.Allowed)} denied");
    }
}
