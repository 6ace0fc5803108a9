using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>The grammar, the canonical form and the meaning of selectors, asked in one batch.</summary>
public sealed class SelectorTableTests
{
    private sealed record Question(int Line, string Selector, Dictionary<string, string> Labels, string? Canonical, bool? Match);

    [Fact]
    public async Task Every_line_of_the_table_holds()
    {
        var questions = Read(Path.Combine(AppContext.BaseDirectory, "Conformance", "Cases", "selectors.table")).ToList();
        var input = string.Join('\n', questions.Select(question => JsonSerializer.Serialize(new { selector = question.Selector, labels = question.Labels })));

        var run = await CommandRun.With(new() { Input = input }, "selector", "--batch", "-", "-o", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.True(questions.Count > 100, $"{questions.Count} questions");
        var failures = questions.Zip(run.Lines).SelectMany(pair => Differences(pair.First, pair.Second)).ToList();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(questions.Count, run.Lines.Length);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("!")]
    [InlineData("(a == 'b' || ")]
    public async Task Ten_thousand_levels_are_read_or_refused_and_never_crash(string opening)
    {
        var deep = string.Concat(Enumerable.Repeat(opening, 10_000));
        var closed = opening[0] == '(' ? new string(')', 10_000) : "";
        var input = string.Join('\n', new[] { $"{deep}a == 'b'{closed}", $"{deep}a == 'b'", $"a == 'b'{new string(')', 10_000)}" }
            .Select(text => JsonSerializer.Serialize(new { selector = text, labels = new Dictionary<string, string> { ["a"] = "b" } })));

        var run = await CommandRun.With(new() { Input = input }, "selector", "--batch", "-", "-o", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("""{"valid":true,""", run.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("\"match\":true}", run.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith(opening == "!" ? """{"valid":true,""" : """{"valid":false,""", run.Lines[1], StringComparison.Ordinal);
        Assert.StartsWith("""{"valid":false,""", run.Lines[2], StringComparison.Ordinal);
    }

    private static IEnumerable<string> Differences(Question question, string answer)
    {
        using var json = JsonDocument.Parse(answer);
        var (valid, canonical, match) = (json.RootElement.GetProperty("valid").GetBoolean(), json.RootElement.GetProperty("canonical").GetString(), json.RootElement.GetProperty("match").GetBoolean());
        if (valid != (question.Canonical is not null) || (valid && canonical != question.Canonical) || (question.Match is { } expected && match != expected))
            yield return $"line {question.Line}: {question.Selector}: expected {question.Canonical ?? "invalid"}, match {question.Match}; it is {answer}";
    }

    private static IEnumerable<Question> Read(string path)
    {
        string? selector = null, canonical = null;
        foreach (var (index, line) in File.ReadLines(path).Index())
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                continue;
            switch (line)
            {
                case "invalid":
                    yield return new(index + 1, selector!, [], null, false);
                    break;
                case ['=', ' ', ..]:
                    canonical = line[2..];
                    yield return new(index + 1, selector!, [], canonical, null);
                    break;
                case ['+' or '-'] or ['+' or '-', ' ', ..]:
                    var labels = line.Length < 2 ? [] : line[2..].Split(',').Select(label => label.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
                    yield return new(index + 1, selector!, labels, canonical, line[0] == '+');
                    break;
                default:
                    selector = line;
                    break;
            }
        }
    }
}
