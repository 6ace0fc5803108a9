namespace EdgeAgent.Manifests.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_kind_describes_every_field()
    {
        Assert.Contains(ManifestReader.Kinds, kind => kind is { Kind: "NetworkPolicy", Language: "Kubernetes", IsNamespaced: true });
        foreach (var kind in ManifestReader.Kinds)
        {
            Assert.NotEmpty(kind.ApiVersions);
            Assert.All(Fields(kind.Fields), field =>
            {
                Assert.NotEmpty(field.Name);
                Assert.NotEmpty(field.Type);
                Assert.True(field.Note.Length > 0, $"{kind.Kind}: {field.Name} has no note");
                Assert.Equal(field.Name, field.Name.Trim());
            });
        }
    }

    [Fact]
    public void No_two_kinds_of_one_version_have_one_name()
    {
        var names = ManifestReader.Kinds.SelectMany(kind => kind.ApiVersions.Select(version => (version, kind.Kind))).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public void The_description_is_what_the_reader_does()
    {
        var policy = ManifestReader.Kinds.Single(kind => kind is { Kind: "GlobalNetworkPolicy" });
        var spec = policy.Fields.Single(field => field.Name == "spec").Fields;

        Assert.Equal(FieldStanding.Refused, spec.Single(field => field.Name == "preDNAT").Standing);
        Assert.Equal(FieldStanding.Ignored, spec.Single(field => field.Name == "performanceHints").Standing);
        Assert.Contains(spec.Single(field => field.Name == "ingress").Fields, field => field is { Name: "action", IsRequired: true, Type: "Allow, Deny, Pass or Log" });
    }

    private static IEnumerable<FieldDescription> Fields(IEnumerable<FieldDescription> fields) =>
        fields.SelectMany(field => Fields(field.Fields).Prepend(field));
}
