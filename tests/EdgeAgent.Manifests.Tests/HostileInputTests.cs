using System.Diagnostics;
using System.Globalization;
using System.Text;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class HostileInputTests
{
    /// <summary>Far above what any of these takes, far below what a quadratic or exponential reader would.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Alphabet = "abk:-[]{}&*!|>'\"%@`#,?<~ \n\t0\\.";

    // The texts are made within the tests: as arguments their megabytes would travel through the test runner.
    private static readonly Dictionary<string, (Func<string> Text, string Message)> Documents = new()
    {
        ["nested lists"] = (() => Repeat("[", 1_000_000), "in.yaml:1:101: error: nested more than 100 levels deep"),
        ["nested mappings"] = (() => Repeat("{a: ", 300_000), "in.yaml:1:398: error: nested more than 100 levels deep"),
        ["nested dashes"] = (() => Repeat("- ", 300_000), "in.yaml:1:201: error: nested more than 100 levels deep"),
        ["billion laughs"] = (() => Laughs(), "error: aliases expand to more than 100000 values; expected fewer aliases"),
        ["a bomb of merges"] = (() => Merges(), "error: aliases expand to more than 100000 values; expected fewer aliases"),
        ["a hostile selector"] = (() => Bookend(Repeat("(", 10_000) + "all()" + Repeat(")", 10_000)), "spec.to[0].selector: a selector of 20005 characters; expected at most 1024"),
        ["many parentheses"] = (() => Bookend(Repeat("(", 400) + "all()" + Repeat(")", 399)), "spec.to[0].selector: selector '(((("),
        ["many values"] = (() => "a: [" + Repeat("1,", 2_100_000) + "]", "error: more than 2000000 values in one document; expected smaller documents, separated by ---"),
        ["many documents"] = (() => Repeat("--- ~\n", 150_001), "error: more than 150000 documents in one file; expected smaller files"),
        ["a long plain scalar"] = (() => "a: " + new string('x', 20_000_000), "field 'apiVersion' is missing"),
        ["a long name"] = (() => $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {new string('x', 5_000_000)}}}", "...: metadata.name: name 'xxxx"),
        ["many keys"] = (() => string.Concat(Enumerable.Range(0, 300_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"k{i}: v\n"))), "field 'apiVersion' is missing"),
        ["a long unknown kind"] = (() => $"apiVersion: v1\nkind: {new string('k', 1_000_000)}", "kind: unknown kind 'kkkk"),
        ["long digits"] = (() => $"apiVersion: v1\nkind: {new string('7', 1_000_000)}", "kind: unknown kind '7777"),
    };

    public static TheoryData<string> Hostile => [.. Documents.Keys];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_documents_cost_one_clear_error_and_little_time(string name)
    {
        var (text, message) = Documents[name];
        var watch = Stopwatch.StartNew();
        var set = Reading.Of(text());

        Assert.True(set.HasErrors, name);
        Assert.Contains(set.Diagnostics, diagnostic => diagnostic.ToString().Contains(message, StringComparison.Ordinal));
        Assert.True(set.Diagnostics.Count <= 1001, name);
        Assert.All(set.Diagnostics, diagnostic => Assert.InRange(diagnostic.ToString().Length, 1, 700));
        Assert.True(watch.Elapsed < Patience, $"{name} took {watch.Elapsed}");
    }

    [Fact]
    public void A_file_of_a_hundred_megabytes_is_refused_unread()
    {
        var error = Assert.Single(ManifestReader.Read([new("big.yaml", new byte[100 * 1024 * 1024])]).Diagnostics);

        Assert.Equal("big.yaml:1:1: error: the file has 104857600 bytes; expected at most 67108864", error.ToString());
    }

    [Fact]
    public void Errors_without_end_are_counted()
    {
        var set = Reading.Of("apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: a}\nspec: {addresses: [" + Repeat("x,", 50_000) + "]}");

        Assert.Equal(1001, set.Diagnostics.Count);
        Assert.EndsWith("error: 49000 more errors after this place are not shown", set.Diagnostics[^1].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_never_crash_the_reader(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (round % 2 == 0)
                bytes = [.. bytes.Select(b => (byte)Alphabet[b % Alphabet.Length])];
            AssertDecent(bytes, $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Mutations_of_sound_documents_never_crash_the_reader(int seed)
    {
        var random = new Random(seed);
        var sound = Encoding.UTF8.GetBytes(Bookinfo.All);
        for (var round = 0; round < 400; round++)
        {
            var bytes = sound.ToList();
            for (var mutation = random.Next(1, 6); mutation > 0; mutation--)
                Mutate(bytes, random);
            AssertDecent([.. bytes], $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Prefixes_of_a_sound_file_are_read_or_refused_decently()
    {
        var sound = Encoding.UTF8.GetBytes(Bookinfo.All);
        for (var length = 0; length <= sound.Length; length += 5)
            AssertDecent(sound[..length], $"prefix of {length}");
    }

    private static void AssertDecent(byte[] bytes, string where)
    {
        var set = ManifestReader.Read([new("f", bytes)]);

        // Whatever was read has no error of its own, a name, and a text that reads again.
        foreach (var diagnostic in set.Diagnostics)
        {
            Assert.True(diagnostic is { Position: { File: "f", Line: > 0, Column: > 0 }, Message.Length: > 0 }, $"{where}: {diagnostic}");
            Assert.False(diagnostic.Message.Any(char.IsControl), $"{where}: {diagnostic}");
        }

        foreach (var resource in set.Resources)
        {
            Assert.False(string.IsNullOrEmpty(resource.Key.Name), where);
            var again = Assert.Single(ManifestReader.Read([Reading.File(resource.Text, "f", resource.TextLine)]).Resources);
            Assert.True(resource.Model.Equals(again.Model), $"{where}: {resource}");
        }
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(5))
        {
            case 0:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                break;
            case 1:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                break;
            case 2:
                bytes.Insert(at, (byte)":-[]{}&*!|>'\"%@`#,? \n\t"[random.Next(22)]);
                break;
            case 3:
                bytes[at] = (byte)random.Next(256);
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(new[] { "null", "~", "yes", "0x10", "-1", "1e9", "*a", "&a ", "!!str ", "\n---\n", "\n...\n", "<<: ", "{}", "[]" }[random.Next(14)]));
                break;
        }

        if (bytes.Count == 0)
            bytes.Add((byte)'a');
    }

    private static string Laughs()
    {
        var text = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 30; i++)
            text.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        return text.ToString();
    }

    private static string Merges()
    {
        var text = new StringBuilder("m0: &m0 {k0: v}\n");
        for (var i = 1; i < 2000; i++)
            text.Append(CultureInfo.InvariantCulture, $"m{i}: &m{i} {{<<: *m{i - 1}, k{i}: v}}\n");
        return text.ToString();
    }

    private static string Bookend(string selector) => $"apiVersion: edgeagent.io/v1\nkind: BookendPolicy\nmetadata: {{name: b}}\nspec: {{to: [{{selector: \"{selector}\"}}]}}\n";

    private static string Repeat(string part, int times) => new StringBuilder().Insert(0, part, times).ToString();
}
