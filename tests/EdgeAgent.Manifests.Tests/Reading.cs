using System.Text;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

/// <summary>Reads texts as if they were files.</summary>
internal static class Reading
{
    public static ManifestFile File(string text, string name = "in.yaml", int firstLine = 1) => new(name, Encoding.UTF8.GetBytes(text), firstLine);

    public static ManifestSet Of(params string[] texts) =>
        ManifestReader.Read(texts.Length == 1 ? [File(texts[0])] : texts.Select((text, i) => File(text, $"{i}.yaml")));

    public static ManifestSet Sound(params string[] texts)
    {
        var set = Of(texts);
        Assert.Empty(set.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).Select(diagnostic => diagnostic.ToString()));
        return set;
    }

    public static T One<T>(string text)
        where T : Resource =>
        Assert.IsType<T>(Assert.Single(Sound(text).Resources).Model);

    public static string Error(string text) =>
        Assert.Single(Of(text).Diagnostics, diagnostic => diagnostic.Severity == Severity.Error).ToString();

    public static string Warning(string text) =>
        Assert.Single(Sound(text).Diagnostics).ToString();
}
