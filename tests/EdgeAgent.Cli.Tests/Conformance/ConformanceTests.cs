using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>What policies mean, sentence by sentence, asked through the real commands; and what hosts would enforce says the same.</summary>
public sealed class ConformanceTests
{
    private static readonly Dictionary<string, ConformanceCase> _cases = Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Conformance", "Cases"), "*.cases")
        .Order(StringComparer.Ordinal)
        .SelectMany(CaseFile.Read)
        .ToDictionary(item => item.ToString(), StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. _cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Holds(string name)
    {
        var expected = _cases[name];
        using var files = new TemporaryFiles();
        var manifests = files.Write("m.yaml", expected.Manifests);
        var run = await CommandRun.With(
            new() { Input = string.Join('\n', expected.Verdicts.Select(ProbeText.Of)) },
            "connectivity", "-f", manifests, "--probes", "-", "-o", "json");

        var failures = new List<string>();
        if (run.ExitCode != (expected.Refusals.Count > 0 ? 2 : 0))
            failures.Add($"exit code {run.ExitCode}");
        failures.AddRange(expected.Refusals.Where(text => !run.ErrorLines.Any(line => line.Contains("error: ", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal))).Select(text => $"no error says: {text}"));
        failures.AddRange(expected.Warnings.Where(text => !run.ErrorLines.Any(line => line.Contains("warning: ", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal))).Select(text => $"no warning says: {text}"));
        if (run.ExitCode == 0)
        {
            failures.AddRange(expected.Verdicts.Zip(run.Lines).SelectMany(pair => Differences(pair.First, pair.Second)));
            failures.AddRange(CompiledVerdicts.Differences(expected.Manifests, expected.Verdicts));
        }

        if (expected.Derived.Count > 0)
            failures.AddRange(Derived(expected.Derived, await CommandRun.Of("derive", "-f", manifests, "-o", "json")));
        Assert.True(failures.Count == 0, $"{name}\n{string.Join('\n', failures)}\n{run.Error}");
    }

    private static IEnumerable<string> Differences(ExpectedVerdict expected, string answer)
    {
        using var json = JsonDocument.Parse(answer);
        var (verdict, egress, ingress) = (json.RootElement.GetProperty("verdict").GetString(), Rule(json, "egress"), Rule(json, "ingress"));
        if (verdict != (expected.Allowed ? "allow" : "deny"))
            yield return $"{expected.From} -> {expected.To} {expected.Traffic} is {verdict} (egress {egress}; ingress {ingress})";
        if (expected.Egress is { } atSource && atSource != egress)
            yield return $"{expected.From} -> {expected.To} {expected.Traffic}: egress is decided by {egress}, not {atSource}";
        if (expected.Ingress is { } atDestination && atDestination != ingress)
            yield return $"{expected.From} -> {expected.To} {expected.Traffic}: ingress is decided by {ingress}, not {atDestination}";
    }

    private static string Rule(JsonDocument json, string end)
    {
        var decision = json.RootElement.GetProperty(end);
        return $"{decision.GetProperty("policy").GetString()} {decision.GetProperty("rule").GetString()}".Trim();
    }

    private static IEnumerable<string> Derived(IReadOnlyList<string> expected, CommandRun run)
    {
        foreach (var text in expected)
        {
            var unwanted = text.StartsWith('!');
            if (run.Lines.Any(line => line.Contains(text.TrimStart('!'), StringComparison.Ordinal)) == unwanted)
                yield return $"derive {(unwanted ? "says" : "does not say")} {text.TrimStart('!')}:\n{run.Output}";
        }
    }
}
