using System.CommandLine;
using System.Text.Json;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Commands;

/// <summary><c>edgectl selector EXPR [--labels k=v,...] | --batch FILE -o json</c>.</summary>
internal static class SelectorCommand
{
    /// <summary>A line of a batch.</summary>
    private sealed record Question(string Selector, LabelSet Labels);

    public static Command Create(Terminal terminal)
    {
        var expression = new Argument<string?>("EXPR") { Arity = ArgumentArity.ZeroOrOne, Description = "A selector, such as \"app == 'reviews' && version in {'v1', 'v2'}\"." };
        var labels = new Option<string?>("--labels") { HelpName = "k=v,...", Description = "Labels to match." };
        var batch = new Option<string?>("--batch") { HelpName = "FILE", Description = "JSON lines {\"selector\", \"labels\"}, or - for standard input." };
        var output = OutputOption.Create(OutputFormat.Table, OutputFormat.Json);
        var command = new Command("selector", "Reads a selector: its canonical form, and whether labels match it.") { expression, labels, batch, output };
        command.SetAction(parsed => (parsed.GetValue(expression), parsed.GetValue(batch)) switch
        {
            ({ } text, null) => One(terminal, text, parsed.GetValue(labels), parsed.GetValue(output)),
            (null, { } file) => Batch(terminal, file, parsed.GetValue(labels)),
            _ => throw CommandFailure.BadInput("edgectl: expected either a selector or --batch FILE"),
        });
        return command;
    }

    private static int One(Terminal terminal, string text, string? labels, OutputFormat? format)
    {
        var labelSet = labels is null ? null : LabelArgument.Parse(labels);
        if (!Selector.TryParse(text, out var selector, out var error))
            throw CommandFailure.BadInput($"<selector>:1:{error.Offset + 1}: {error.Message}");
        if (format == OutputFormat.Json)
        {
            using var json = JsonOutput.Lines(terminal);
            json.Write(writer => WriteResult(writer, selector, labelSet));
            return ExitCode.Done;
        }

        terminal.Output.WriteLine($"canonical: {selector}");
        if (labelSet is not null)
            terminal.Output.WriteLine($"match: {(selector.Matches(labelSet) ? "true" : "false")}");
        return ExitCode.Done;
    }

    private static int Batch(Terminal terminal, string file, string? labels)
    {
        if (labels is not null)
            throw CommandFailure.BadInput("edgectl: --labels belongs to one selector; expected \"labels\" in the lines of the batch");
        using var json = JsonOutput.Lines(terminal);
        foreach (var question in JsonLines.Read(file, terminal, ReadQuestion))
            json.Write(writer => WriteResult(writer, Selector.TryParse(question.Value.Selector, out var selector, out _) ? selector : null, question.Value.Labels));
        return ExitCode.Done;
    }

    private static void WriteResult(Utf8JsonWriter json, Selector? selector, LabelSet? labels)
    {
        json.WriteStartObject();
        json.WriteBoolean("valid", selector is not null);
        json.WriteString("canonical", selector?.ToString() ?? "");
        if (labels is not null)
            json.WriteBoolean("match", selector?.Matches(labels) ?? false);
        json.WriteEndObject();
    }

    private static Question ReadQuestion(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw new BadLineException("no object; expected {\"selector\": \"...\", \"labels\": {...}}");
        string? selector = null;
        var labels = LabelSet.Empty;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = json.GetString()!;
            switch (field)
            {
                case "selector":
                    json.Read();
                    selector = json.TokenType == JsonTokenType.String ? json.GetString() : throw new BadLineException("'selector' is no text; expected a selector in quotes");
                    break;
                case "labels":
                    labels = ReadLabels(ref json);
                    break;
                default:
                    throw new BadLineException($"unknown field '{field}'; expected selector or labels");
            }
        }

        return new(selector ?? throw new BadLineException("'selector' is missing; expected {\"selector\": \"...\", \"labels\": {...}}"), labels);
    }

    private static LabelSet ReadLabels(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
            return LabelSet.Empty;
        if (json.TokenType != JsonTokenType.StartObject)
            throw new BadLineException("'labels' is no object; expected {\"key\": \"value\"}");
        var labels = new List<KeyValuePair<string, string>>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.String)
                throw new BadLineException($"the label '{key}' is no text; expected a value in quotes");
            labels.Add(new(key, json.GetString()!));
        }

        return LabelSet.Of(labels);
    }
}
