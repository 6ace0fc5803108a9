using EdgeAgent.EndToEnd.Tests.Support;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>Bad input through the real command line: where, what, exit code 2, and nothing changed.</summary>
[Collection(nameof(BookinfoLab))]
public sealed class BadInputTests(BookinfoLab lab)
{
    private const string Host = "apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: new}\n";
    private const string Policy = "apiVersion: edgeagent.io/v1\nkind: BookendPolicy\nmetadata: {name: new}\nspec:\n  to: [{selector: all()}]\n";

    public static TheoryData<string, string, string> Inputs => new()
    {
        { "broken YAML", "kind: [\n", ":[12]:" },
        { "unknown kind", "apiVersion: v1\nkind: Pond\nmetadata: {name: x}\n", ":2:7: .*Pond" },
        { "unknown field", Host + "spec: {adresses: [10.0.0.1]}\n", ":4:8: .*adresses" },
        { "wrong type", Host + "spec: {addresses: 10.0.0.1}\n", ":4:19: .*expected" },
        { "duplicate name", Host + "---\n" + Host, ":7:18: .*taken" },
        { "selector syntax", Policy + "  from: [{selector: app = 'x'}]\n", ":6:.* expected" },
        { "no address", Host + "spec: {addresses: [10.0.0.256]}\n", ":4:20: .*10.0.0.256" },
        { "port 0", Policy + "  ports: [{protocol: TCP, port: 0}]\n", ":6:33: .*expected" },
        { "port 70000", Policy + "  ports: [{protocol: TCP, port: 70000}]\n", ":6:33: .*70000" },
        { "an address that another host has", Host + "spec: {addresses: [10.20.0.7]}\n", ":4:.*10.20.0.7.*default/ratings" },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task It_is_refused_with_its_place_and_nothing_changes(string what, string document, string expected)
    {
        var file = Path.Combine(Path.GetTempPath(), $"edgeagent-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, document);
        try
        {
            var before = await lab.RevisionAsync();

            // A good document beside it is not taken either.
            var apply = await lab.EdgectlWithInputAsync("{apiVersion: v1, kind: Namespace, metadata: {name: good}}", "apply", "-f", file, "-");

            Assert.True(apply.ExitCode == 2, $"{what}: exit code {apply.ExitCode}\n{apply.Output}{apply.Error}");
            Assert.Matches($"(?m)^{file}{expected}", apply.Error);
            Assert.Empty(apply.Output);
            Assert.Equal(before, await lab.RevisionAsync());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task All_errors_of_all_files_come_at_once_and_in_order()
    {
        const string Documents = """
            apiVersion: v1
            kind: Pond
            metadata: {name: x}
            ---
            apiVersion: edgeagent.io/v1
            kind: Host
            metadata: {name: one}
            spec: {adresses: [10.0.0.1]}
            ---
            apiVersion: edgeagent.io/v1
            kind: Host
            metadata: {name: two}
            spec: {addresses: 10.0.0.1, ports: [{name: p, protocol: TCP, port: 0}]}
            """;

        var apply = await lab.EdgectlWithInputAsync(Documents, "apply", "-f", "-");

        Assert.Equal(2, apply.ExitCode);
        Assert.Equal(["<stdin>:2:7", "<stdin>:8:8", "<stdin>:13:19", "<stdin>:13:68"], apply.ErrorLines[..^1].Select(line => string.Join(':', line.Split(':').Take(3))));
        Assert.Equal("4 errors; nothing was changed.", apply.ErrorLines[^1]);
    }
}
