using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class SelectorCommandTests
{
    [Theory]
    [InlineData("app == 'reviews' && version in {'v2','v1'}", "app=reviews,version=v1", "true")]
    [InlineData("app == 'reviews' && version in {'v2','v1'}", "app=reviews,version=v3", "false")]
    [InlineData("!has(app)", "", "true")]
    [InlineData("all()", "a=b", "true")]
    public async Task It_says_the_canonical_form_and_whether_labels_match(string selector, string labels, string match)
    {
        var run = await CommandRun.Of("selector", selector, "--labels", labels);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([$"canonical: {Policy.Selector.Parse(selector)}", $"match: {match}"], run.Lines);
    }

    [Fact]
    public async Task Without_labels_there_is_no_match_line()
    {
        var run = await CommandRun.Of("selector", "a == \"x\"");

        Assert.Equal(["canonical: a == \"x\""], run.Lines);
    }

    [Theory]
    [InlineData("app = 'x'", 5)]
    [InlineData("app == 'x' &&", 14)]
    [InlineData("(app == 'x'", 12)]
    public async Task A_wrong_selector_is_bad_input_at_its_column(string selector, int column)
    {
        var run = await CommandRun.Of("selector", selector);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith($"<selector>:1:{column}: ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_gives_one_line_for_each_line_in_order_wrong_selectors_included()
    {
        const string Batch = """
            {"selector":"app == 'x'","labels":{"app":"x"}}

            {"selector":"app == ","labels":{"app":"x"}}
            {"labels":{"app":"y"},"selector":"app=='x'"}
            {"selector":"has(ünï)"}
            """;

        var run = await CommandRun.With(new() { Input = Batch }, "selector", "--batch", "-", "-o", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                """{"valid":true,"canonical":"app == \"x\"","match":true}""",
                """{"valid":false,"canonical":"","match":false}""",
                """{"valid":true,"canonical":"app == \"x\"","match":false}""",
                """{"valid":false,"canonical":"","match":false}""",
            ],
            run.Lines);
    }

    [Fact]
    public async Task Every_line_of_a_batch_that_is_no_question_is_named()
    {
        using var files = new TemporaryFiles();
        var batch = files.Write("batch.jsonl", "{\"selector\":\"all()\"}\n{\"selector\":1}\nnonsense\n{\"labels\":{\"a\":\"b\"}}\n{\"selector\":\"all()\"} {}\n");

        var run = await CommandRun.Of("selector", "--batch", batch, "-o", "json");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal([$"{batch}:2:13", $"{batch}:3:2", $"{batch}:4:20", $"{batch}:5:22"], run.ErrorLines.Select(line => string.Join(':', line.Split(':').Take(3))));
    }

    [Theory]
    [InlineData("selector")]
    [InlineData("selector", "all()", "--batch", "-")]
    [InlineData("selector", "all()", "--labels", "novalue")]
    [InlineData("selector", "all()", "--labels", "a=1,a=2")]
    public async Task Neither_or_both_forms_and_wrong_labels_are_bad_input(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("expected", run.Error, StringComparison.Ordinal);
    }
}
