namespace EdgeAgent.Manifests.Tests;

/// <summary>The document of fields says what the readers do.</summary>
public sealed class FieldTableTests
{
    private static string Document => Path.Combine(Root(), "controlplane", "FIELDS.md");

    [Fact]
    public void The_document_of_fields_is_what_the_readers_do()
    {
        var expected = FieldTables.Write(ManifestReader.Kinds);
        if (Environment.GetEnvironmentVariable("EDGEAGENT_WRITE_FIELDS") == "1")
            File.WriteAllText(Document, expected);

        Assert.True(File.Exists(Document), $"{Document} is missing; write it with EDGEAGENT_WRITE_FIELDS=1");
        var actual = File.ReadAllText(Document);
        var line = expected.Split('\n').Zip(actual.Split('\n')).Index().FirstOrDefault(pair => pair.Item.First != pair.Item.Second);
        Assert.True(expected == actual, $"{Document} is stale; write it anew with EDGEAGENT_WRITE_FIELDS=1. Line {line.Index + 1} is\n{line.Item.Second}\nexpected\n{line.Item.First}");
    }

    [Fact]
    public void Every_kind_and_every_standing_is_in_it()
    {
        var document = FieldTables.Write(ManifestReader.Kinds);

        Assert.All(ManifestReader.Kinds, kind => Assert.Contains($"### {kind.Kind}\n", document, StringComparison.Ordinal));
        Assert.Contains("| `spec.preDNAT` | refused |", document, StringComparison.Ordinal);
        Assert.Contains("| `spec.podSelector.matchExpressions[].operator`* | enforced | In, NotIn, Exists or DoesNotExist |", document, StringComparison.Ordinal);
        Assert.Contains("| `spec.http[].route[].destination.subset` | derived |", document, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "EdgeAgent.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("the tests do not run within the repository");
        return directory.FullName;
    }
}
