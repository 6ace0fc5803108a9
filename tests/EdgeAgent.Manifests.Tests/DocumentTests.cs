using System.Text;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class DocumentTests
{
    private const string Space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n";

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    [InlineData("---\n---\n...\n---\n# nothing\n")]
    [InlineData("%YAML 1.2\n---\n...\n")]
    [InlineData("---\nnull\n---\n~\n")]
    public void Empty_documents_are_nothing(string text)
    {
        var set = Reading.Of(text);

        Assert.Empty(set.Diagnostics);
        Assert.Empty(set.Resources);
    }

    [Theory]
    [InlineData("---\n", 2)]
    [InlineData("--- # first\n", 2)]
    [InlineData("# a comment\n\n---\n", 4)]
    [InlineData("%YAML 1.1\n---\n", 3)]
    [InlineData("...\n", 2)]
    [InlineData("\uFEFF", 1)]
    public void Markers_directives_and_comments_come_before_a_document(string prefix, int line)
    {
        var resource = Assert.Single(Reading.Sound(prefix + Space).Resources);

        Assert.Equal(new("in.yaml", line, 1), resource.Source);
    }

    [Fact]
    public void Line_ends_may_be_those_of_windows()
    {
        var set = Reading.Of((Space + "---\n" + Space.Replace("name: a", "nam: a", StringComparison.Ordinal)).Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Equal("in.yaml:9:3: error: metadata.nam: unknown field 'nam'; did you mean 'name'?", set.Diagnostics[0].ToString());
    }

    [Fact]
    public void Directives_after_a_marker_are_no_directives() => Assert.StartsWith("in.yaml:1:1: error: broken YAML", Reading.Error("---\n%YAML 1.2\n"), StringComparison.Ordinal);

    [Fact]
    public void A_marker_ends_a_block_scalar_too()
    {
        var set = Reading.Sound(Space + "  annotations:\n    note: |\n      text\n---\n" + Space.Replace("name: a", "name: b", StringComparison.Ordinal));

        Assert.Equal(["a", "b"], set.Resources.Select(resource => resource.Key.Name));
    }

    [Theory]
    [InlineData("{\"apiVersion\": \"v1\", \"kind\": \"Namespace\",\n\t\"metadata\": {\n\t\t\"name\": \"a\",\n\t\t\"labels\": {\"x\": \"\\u0079\"}}}")]
    [InlineData("{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {x: !!str y}}}")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {x: \"y\"}}")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: &n a\n  labels:\n    x: >-\n      y\n")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {x: y}}")]
    public void Spellings_of_one_document(string text)
    {
        var space = Reading.One<NamespaceResource>(text);

        Assert.Equal("a", space.Key.Name);
        Assert.Equal(LabelSet.Of(("x", "y")), space.Labels);
    }

    [Fact]
    public void Aliases_and_merge_keys_are_followed()
    {
        var labels = Reading.One<NamespaceResource>("""
            apiVersion: v1
            kind: Namespace
            metadata:
              annotations: &base {a: one, b: two}
              name: x
              labels: {<<: *base, b: three}
            """).Labels;

        Assert.Equal(LabelSet.Of(("a", "one"), ("b", "three")), labels);
    }

    [Theory]
    [InlineData("yes", "the boolean yes")]
    [InlineData("On", "the boolean On")]
    [InlineData("FALSE", "the boolean FALSE")]
    [InlineData("1_000", "the number 1_000")]
    [InlineData("0x1F", "the number 0x1F")]
    [InlineData("0b11", "the number 0b11")]
    [InlineData("017", "the number 017")]
    [InlineData("1e3", "the number 1e3")]
    [InlineData(".5", "the number .5")]
    [InlineData("-.inf", "the number -.inf")]
    public void Plain_scalars_have_the_types_that_kubectl_gives_them(string plain, string description) =>
        Assert.StartsWith($"in.yaml:4:9: error: metadata.name: {description}; expected a string", Reading.Error(Space.Replace(" a\n", $" {plain}\n", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("yess")]
    [InlineData("2024-01-02")]
    [InlineData("1.2.3")]
    [InlineData("tRUE")]
    [InlineData("0b12")]
    [InlineData("1:30")]
    [InlineData("nil")]
    public void Other_plain_scalars_are_strings(string plain) =>
        Assert.Empty(Reading.Of(Space + "  annotations: {a: " + plain + "}\n").Diagnostics);

    [Fact]
    public void Octal_numbers_are_read_as_kubectl_does_and_pointed_out()
    {
        var text = "apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: a}\nspec: {ports: [{name: x, port: 0100}]}\n";

        Assert.Equal(64, Reading.One<EndpointResource>(text).Ports[0].Port);
        Assert.Equal("in.yaml:4:32: warning: Host default/a: spec.ports[0].port: 0100 is octal and means 64, as kubectl reads it; write it without the leading zero", Reading.Warning(text));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xc3, 0x28 }, "in.yaml:2:2: error: byte 0xc3 is not UTF-8; expected UTF-8 text")]
    [InlineData(new byte[] { 0xff, 0xfe, (byte)'a', 0 }, "in.yaml:1:1: error: the file is UTF-16; expected UTF-8")]
    [InlineData(new byte[] { (byte)'a', 0, (byte)'b' }, "in.yaml:1:2: error: control character U+0000; expected printable text, tabs and line ends")]
    [InlineData(new byte[] { 0xe2, 0x82 }, "in.yaml:1:1: error: byte 0xe2 is not UTF-8; expected UTF-8 text")]
    public void Bytes_that_are_no_text(byte[] bytes, string message) =>
        Assert.Equal(message, Assert.Single(ManifestReader.Read([new("in.yaml", bytes)]).Diagnostics).ToString());

    [Theory]
    [InlineData("v1", "List")]
    [InlineData("networking.k8s.io/v1", "NetworkPolicyList")]
    public void Lists_are_unrolled(string version, string kind)
    {
        var set = Reading.Sound($$$"""
            apiVersion: {{{version}}}
            kind: {{{kind}}}
            metadata: {resourceVersion: ""}
            items:
            - apiVersion: networking.k8s.io/v1
              kind: NetworkPolicy
              metadata: {name: a, uid: 1-2, creationTimestamp: "2024-01-01T00:00:00Z", annotations: {note: "a: \"b\"\nc", empty: ""}}
              spec: {podSelector: {}, ingress: [{}, {ports: [{port: 80}]}]}
              status: {}
            - apiVersion: networking.k8s.io/v1
              kind: NetworkPolicy
              metadata: {name: b}
              spec: {podSelector: null}
            """);

        Assert.Equal(["a", "b"], set.Resources.Select(resource => resource.Key.Name));
        Assert.Equal([new("in.yaml", 5, 3), new SourcePosition("in.yaml", 10, 3)], set.Resources.Select(resource => resource.Source));
        AssertTextGivesTheSameAgain(set, exactPositions: false);
    }

    [Fact]
    public void Items_of_a_typed_list_may_leave_their_type_out()
    {
        var set = Reading.Sound("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n- metadata: {name: a}\n  spec: {podSelector: {}}\n");

        Assert.Equal(new("NetworkPolicy", "default", "a"), Assert.Single(set.Resources).Key);
        AssertTextGivesTheSameAgain(set, exactPositions: false);
    }

    [Fact]
    public void An_error_in_one_item_or_in_the_list_itself_has_its_place()
    {
        var set = Reading.Of("apiVersion: v1\nkind: List\nextra: 1\nitems:\n- kind: Namespace\n  apiVersion: v1\n  metadata: {name: a}\n- 7\n");

        Assert.Equal(
            ["in.yaml:3:1: error: extra: unknown field 'extra'; expected apiVersion, kind, metadata and items", "in.yaml:8:3: error: the document is the number 7; expected a mapping with apiVersion, kind and metadata"],
            set.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        Assert.Empty(set.Resources);
    }

    [Fact]
    public void The_text_of_a_document_gives_the_same_resource_again()
    {
        var set = Reading.Sound("# lead\n---\n" + Bookinfo.All + "\n...\n--- {apiVersion: v1, kind: Namespace, metadata: {name: z}}\n");

        Assert.Contains("# also namespaceSelector", set.Resources[6].Text, StringComparison.Ordinal);
        AssertTextGivesTheSameAgain(set, exactPositions: true);
    }

    [Fact]
    public void What_kubectl_prints_is_accepted()
    {
        var set = Reading.Of("""
            apiVersion: v1
            kind: Service
            metadata:
              creationTimestamp: "2024-05-01T10:00:00Z"
              generation: 2
              labels: {app: ratings}
              managedFields:
              - apiVersion: v1
                fieldsType: FieldsV1
                fieldsV1: {"f:metadata": {".": {}}}
              name: ratings
              namespace: default
              resourceVersion: "123"
              uid: 0a1b
              ownerReferences: []
              finalizers: [x]
            spec:
              clusterIP: 10.96.0.1
              clusterIPs: [10.96.0.1]
              internalTrafficPolicy: Cluster
              ipFamilies: [IPv4]
              ipFamilyPolicy: SingleStack
              ports:
              - {name: http, port: 80, protocol: TCP, targetPort: 9080, nodePort: 30080}
              selector: {app: ratings}
              sessionAffinity: None
              type: NodePort
            status: {loadBalancer: {}}
            """);

        Assert.Empty(set.Diagnostics);
        var service = Assert.IsType<ServiceResource>(Assert.Single(set.Resources).Model);
        Assert.Equal(Selector.Parse("app == 'ratings'"), service.Selector);
        Assert.Equal([new ServicePort("http", Contracts.IpProtocol.Tcp, 80, new(9080, ""))], service.Ports);
    }

    [Fact]
    public void The_order_of_documents_never_matters()
    {
        var documents = Bookinfo.All.Split("\n---\n");
        var expected = Models(Reading.Sound(documents));
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            random.Shuffle(documents);
            Assert.Equal(expected, Models(Reading.Sound(documents)));
        }

        static IEnumerable<string> Models(ManifestSet set) => set.Resources.Select(resource => resource.Key.ToString()).Order(StringComparer.Ordinal);
    }

    private static void AssertTextGivesTheSameAgain(ManifestSet set, bool exactPositions)
    {
        foreach (var resource in set.Resources)
        {
            var again = Assert.Single(ManifestReader.Read([Reading.File(resource.Text, resource.Source.File, resource.TextLine)]).Resources);
            Assert.Equal((resource.ApiVersion, resource.Kind, resource.Key), (again.ApiVersion, again.Kind, again.Key));
            if (exactPositions)
                Assert.Equal(resource.Model, again.Model);
            Assert.Equal(Described(resource.Model), Described(again.Model));
        }

        static string Described(Resource model) => model is PolicyResource policy
            ? string.Join('|', policy.Ingress?.Subjects, policy.Ingress?.Rules.Select(rule => $"{rule.Verdict} {rule.Traffic} {rule.Peers} {rule.Label}").Aggregate(new StringBuilder(), (text, rule) => text.AppendLine(rule)))
            : model.Key.ToString();
    }
}
