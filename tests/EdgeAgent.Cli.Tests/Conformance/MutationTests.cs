using System.Text;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>Damaged manifests of every kind are read or refused, with each error at its place, and never end the command otherwise.</summary>
public sealed class MutationTests
{
    private static readonly string[] _pieces =
    [
        "null", "~", "\"\"", "{}", "[]", "-1", "65536", "yes", "*a", "&a ", "!!int ", "\n---\n", "\t", "\r\n", "\ufeff", "10.0.0.1/33", "::/129", "all() &&", "((((((((", "\"*\"",
        "spec: {spec: ", "kind: List\nitems: [", "999999999999999999999", ".", "/", "~/", "a".PadRight(2000, 'a'),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Damaged_manifests_of_every_kind_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        var sound = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Conformance", "Cases"), "*.cases").Order(StringComparer.Ordinal).SelectMany(CaseFile.Read).ToList();
        using var files = new TemporaryFiles();
        for (var round = 0; round < 150; round++)
        {
            var text = new StringBuilder(sound[random.Next(sound.Count)].Manifests);
            for (var damage = random.Next(1, 5); damage > 0; damage--)
                Damage(text, random);
            var path = files.Write("m.yaml", text.ToString());

            var run = await CommandRun.Of("derive", "-f", path, "-o", "json");

            Assert.True(run.ExitCode is 0 or 2, $"seed {seed}, round {round}: exit code {run.ExitCode}\n{run.Error}\n{text}");
            Assert.All(run.ErrorLines.SkipLast(run.ExitCode == 0 ? 0 : 1), line => Assert.Matches(@"m\.yaml:\d+:\d+: (error|warning): .", line));
            Assert.Equal(run.ExitCode == 2, run.ErrorLines.Any(line => line.Contains(": error: ", StringComparison.Ordinal)));
        }
    }

    private static void Damage(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length);
        var piece = _pieces[random.Next(_pieces.Length)];
        switch (random.Next(4))
        {
            case 0:
                text.Remove(at, Math.Min(random.Next(1, 40), text.Length - at));
                break;
            case 1:
                text.Insert(at, piece);
                break;
            case 2:
                text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 80), text.Length - at)));
                break;
            default:
                Replace(text, at, piece);
                break;
        }
    }

    // A whole value goes, so that damage reaches the readers and not only the YAML parser.
    private static void Replace(StringBuilder text, int at, string piece)
    {
        var all = text.ToString();
        var start = all.LastIndexOf(": ", at, StringComparison.Ordinal) + 2;
        var end = start < 2 ? -1 : all.IndexOfAny([',', '}', ']', '\n'], start);
        if (end > start)
            text.Remove(start, end - start).Insert(start, piece);
    }
}
