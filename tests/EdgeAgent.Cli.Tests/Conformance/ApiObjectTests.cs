using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>What is kept of an object that an API server sends means what the whole object means.</summary>
public sealed class ApiObjectTests
{
    private static readonly Dictionary<string, KindDescription> _kinds = ManifestReader.Kinds.ToDictionary(kind => kind.KeyKind, StringComparer.Ordinal);

    [Fact]
    public void Every_case_holds_of_what_is_kept_of_its_objects()
    {
        var cases = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Conformance", "Cases"), "*.cases").SelectMany(CaseFile.Read).Where(item => item.Refusals.Count == 0).ToList();
        Assert.True(cases.Count > 100);
        foreach (var item in cases)
        {
            var kept = string.Join("---\n", Read(item.Manifests).Select(Kept));
            Assert.Empty(CompiledVerdicts.Differences(kept, item.Verdicts).Select(difference => $"{item}: {difference}"));
            // Once more changes nothing: the store compares texts.
            Assert.Equal(kept, string.Join("---\n", Read(kept).Select(Kept)));
        }
    }

    [Fact]
    public void What_the_reader_does_not_look_at_is_left_out_and_what_it_refuses_stays()
    {
        const string policy = """
            {"metadata": {"name": "p", "namespace": "n", "resourceVersion": "7", "managedFields": [{"manager": "x"}], "annotations": {"a.b/c": "d", "net.beta.kubernetes.io/network-policy": "{}"}},
             "spec": {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}], "frm": 1}], "policyTypes": null}, "status": {"conditions": []}}
            """;
        Assert.Equal(
            """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata:
              name: east-p
              namespace: n
              labels:
                cluster: east
              annotations:
                net.beta.kubernetes.io/network-policy: "{}"
            spec:
              podSelector: {}
              ingress:
                - from:
                    - podSelector: {}
                  frm: 1
              policyTypes: null

            """,
            Reduced("NetworkPolicy", "networking.k8s.io/v1", policy, new("east-") { Labels = LabelSet.Of(("cluster", "east")) }));
    }

    [Theory]
    [InlineData("NetworkPolicy.projectcalico.org", "security.allow-dns", "security.east-allow-dns")]
    [InlineData("NetworkPolicy.projectcalico.org", "allow-dns", "east-allow-dns")]
    [InlineData("NetworkPolicy", "allow.dns", "east-allow.dns")]
    [InlineData("Pod", "web-0", "east-web-0")]
    public void The_prefix_stands_before_the_name_and_behind_the_tier(string kind, string name, string expected)
    {
        var reader = new ApiObjectReader(_kinds[kind], "v1", new("east-"));
        using var json = JsonDocument.Parse($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "n"}}""");
        Assert.Equal(new ResourceKey(kind, "n", expected), reader.KeyOf(json.RootElement));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"metadata": []}""")]
    [InlineData("""{"metadata": {"name": 7}}""")]
    [InlineData("""{"metadata": {"namespace": "n"}}""")]
    public void An_object_without_a_name_is_none(string text)
    {
        using var json = JsonDocument.Parse(text);
        Assert.Null(new ApiObjectReader(_kinds["Pod"], "v1", new("")).Read(json.RootElement));
    }

    [Theory]
    [InlineData("""{"metadata": {"name": "p", "labels": 7, "annotations": []}, "spec": [], "status": "x"}""")]
    [InlineData("""{"metadata": {"name": "a\nb: c", "labels": {"x\u2028": "y\r\n---\n"}}, "spec": {"containers": {"a": 1}}, "status": {"podIPs": [[["x"]], 1e999, {"ip": "\u0000"}]}}""")]
    public void Whatever_an_object_holds_its_document_is_one_and_is_refused_with_a_reason(string text)
    {
        var set = ManifestReader.Read([new("x", Encoding.UTF8.GetBytes(Reduced("Pod", "v1", text, new(""))))]);
        Assert.True(set.HasErrors);
        Assert.Empty(set.Resources);
    }

    private static IReadOnlyList<ManifestResource> Read(string manifests) => ManifestReader.Read([new("m.yaml", Encoding.UTF8.GetBytes(manifests))]).Resources;

    private static string Kept(ManifestResource resource)
    {
        if (_kinds[resource.Key.Kind].Language == "EdgeAgent")
            return resource.Text.TrimEnd() + "\n";
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ManifestJson.Write(writer, resource.Text);
        return Reduced(resource.Key.Kind, resource.ApiVersion, Encoding.UTF8.GetString(buffer.WrittenSpan), new(""));
    }

    private static string Reduced(string kind, string apiVersion, string text, ApiObjectForm form)
    {
        using var json = JsonDocument.Parse(text);
        return new ApiObjectReader(_kinds[kind], apiVersion, form).Read(json.RootElement)!.Text;
    }
}
