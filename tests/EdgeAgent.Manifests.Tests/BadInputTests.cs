using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class BadInputTests
{
    private const string Host = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: a}
        spec:

        """;

    private const string Policy = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: shop}
        spec:
          podSelector: {}

        """;

    private const string Bookend = """
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: b}
        spec:

        """;

    [Theory]
    [InlineData("a: [1, 2\nb: 3\n", "in.yaml:1:5: error: the YAML after this place is broken; expected well-formed YAML (is a bracket, brace or quote not closed?)")]
    [InlineData("kind: Host\n\tmetadata: x\n", "in.yaml:2:1: error: a tab indents this line; expected spaces (YAML 1.2, 6.1)")]
    [InlineData("kind: 'Host\n", "in.yaml:1:7: error: broken YAML: while scanning a quoted scalar, found unexpected end of stream; expected well-formed YAML")]
    [InlineData("kind: a: b\n", "in.yaml:1:8: error: broken YAML: while scanning a plain scalar value, found invalid mapping; expected well-formed YAML")]
    [InlineData("- a\n", "in.yaml:1:1: error: the document is a list; expected a mapping with apiVersion, kind and metadata")]
    [InlineData("just text\n", "in.yaml:1:1: error: the document is the string 'just text'; expected a mapping with apiVersion, kind and metadata")]
    [InlineData("kind: Host\nmetadata: {name: a}\n", "in.yaml:1:1: error: apiVersion: field 'apiVersion' is missing; expected an API version such as edgeagent.io/v1")]
    [InlineData("apiVersion: v1\nkind: [Host]\n", "in.yaml:2:7: error: kind: a list; expected a kind such as NetworkPolicy")]
    [InlineData("apiVersion: v1\nkind: NetworkPolicies\nmetadata: {name: a}\n", "in.yaml:2:7: error: kind: unknown kind 'NetworkPolicies'; did you mean NetworkPolicy?")]
    [InlineData("apiVersion: v1\nkind: Host\nmetadata: {name: a}\n", "in.yaml:1:13: error: apiVersion: Host in apiVersion 'v1'; expected edgeagent.io/v1")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nkind: Host\n", "in.yaml:4:1: error: key 'kind' comes twice in this mapping, first in line 2; expected each key once")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata: {name: *a}\n", "in.yaml:3:18: error: alias *a has no anchor before it; expected &a on an earlier value")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata: &m {name: a, labels: *m}\n", "in.yaml:3:32: error: alias *m stands within its own anchor; expected a value without cycles")]
    [InlineData("apiVersion: v1\nkind: Namespace\nmetadata: !python {name: a}\n", "in.yaml:3:11: error: tag '!python' does not fit the value; expected no tag, or one of YAML's own (!!str, !!int, !!float, !!bool, !!null, !!map, !!seq)")]
    public void Broken_documents(string text, string message) => Assert.Equal(message, Reading.Error(text));

    [Theory]
    [InlineData("  adresses: [10.0.0.1]\n", "in.yaml:5:3: error: Host default/a: spec.adresses: unknown field 'adresses'; did you mean 'addresses'?")]
    [InlineData("  colour: red\n", "in.yaml:5:3: error: Host default/a: spec.colour: unknown field 'colour'; expected one of addresses, ports, mode")]
    [InlineData("  addresses: 10.0.0.1\n", "in.yaml:5:14: error: Host default/a: spec.addresses: the string '10.0.0.1'; expected a list (each item an IPv4 or IPv6 address such as 10.0.0.6 or fd00::6)")]
    [InlineData("  addresses: [10.0.0.300]\n", "in.yaml:5:15: error: Host default/a: spec.addresses[0]: the string '10.0.0.300'; expected an IPv4 or IPv6 address such as 10.0.0.6 or fd00::6")]
    [InlineData("  addresses: [10.0.0.1/24]\n", "in.yaml:5:15: error: Host default/a: spec.addresses[0]: the string '10.0.0.1/24'; expected an IPv4 or IPv6 address such as 10.0.0.6 or fd00::6")]
    [InlineData("  addresses: [10.0.0.1, null]\n", "in.yaml:5:25: error: Host default/a: spec.addresses[1]: null; expected an IPv4 or IPv6 address such as 10.0.0.6 or fd00::6")]
    [InlineData("  addresses: [\"ff02::1\"]\n", "in.yaml:5:15: error: Host default/a: spec.addresses[0]: 'ff02::1' is a multicast address; expected an address that an endpoint can have")]
    [InlineData("  ports: [{name: http, port: 0}]\n", "in.yaml:5:30: error: Host default/a: spec.ports[0].port: the number 0; expected a port from 1 to 65535")]
    [InlineData("  ports: [{name: http, port: 70000}]\n", "in.yaml:5:30: error: Host default/a: spec.ports[0].port: the number 70000; expected a port from 1 to 65535")]
    [InlineData("  ports: [{name: http, port: -1}]\n", "in.yaml:5:30: error: Host default/a: spec.ports[0].port: the number -1; expected a port from 1 to 65535")]
    [InlineData("  ports: [{name: http, port: \"80\"}]\n", "in.yaml:5:30: error: Host default/a: spec.ports[0].port: the string '80'; expected a port from 1 to 65535")]
    [InlineData("  ports: [{name: http}]\n", "in.yaml:5:11: error: Host default/a: spec.ports[0].port: field 'port' is missing; expected a port from 1 to 65535")]
    [InlineData("  ports: [{name: http, port: 80, protocol: tcp}]\n", "in.yaml:5:44: error: Host default/a: spec.ports[0].protocol: the string 'tcp'; expected TCP, UDP or SCTP (did you mean TCP?)")]
    [InlineData("  ports: [{name: a, port: 80}, {name: a, port: 81}]\n", "in.yaml:5:32: error: Host default/a: spec.ports[1]: port name 'a' comes twice for TCP; expected each name once for a protocol")]
    [InlineData("  mode: enforce\n", "in.yaml:5:9: error: Host default/a: spec.mode: the string 'enforce'; expected Enforce, Audit, Off or Quarantine (did you mean Enforce?)")]
    public void Bad_hosts(string spec, string message) => Assert.Equal(message, Reading.Error(Host + spec));

    [Theory]
    [InlineData("  ingress: [{from: [{podSelector: {matchLabels: {app: yes}}}]}]\n", "in.yaml:6:55: error: NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector.matchLabels.app: the boolean yes; expected a label value: empty, or at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit (write it in quotes: \"yes\")")]
    [InlineData("  ingress: [{from: [{podSelector: {matchLabels: {app: -x}}}]}]\n", "in.yaml:6:55: error: NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector.matchLabels.app: the string '-x'; expected a label value: empty, or at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit")]
    [InlineData("  ingress: [{from: [{}]}]\n", "in.yaml:6:21: error: NetworkPolicy shop/p: spec.ingress[0].from[0]: the peer is empty; expected podSelector, namespaceSelector or ipBlock (leave the whole list out to mean everybody)")]
    [InlineData("  ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]\n", "in.yaml:6:48: error: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock: ipBlock stands beside a selector; expected it in a peer of its own")]
    [InlineData("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]\n", "in.yaml:6:38: error: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock.cidr: the string '10.0.0.0'; expected an address block such as 10.0.0.0/24 or fd00::/64")]
    [InlineData("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]\n", "in.yaml:6:59: error: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock.except[0]: 11.0.0.0/16 does not lie within 10.0.0.0/8; expected a narrower block of it")]
    [InlineData("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]\n", "in.yaml:6:59: error: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock.except[0]: 10.0.0.0/8 does not lie within 10.0.0.0/8; expected a narrower block of it")]
    [InlineData("  ingress: [{ports: [{port: 80, endPort: 79}]}]\n", "in.yaml:6:42: error: NetworkPolicy shop/p: spec.ingress[0].ports[0].endPort: endPort 79 is below port 80; expected 80 to 65535")]
    [InlineData("  ingress: [{ports: [{port: http, endPort: 79}]}]\n", "in.yaml:6:44: error: NetworkPolicy shop/p: spec.ingress[0].ports[0].endPort: endPort with a named port; expected a number in port")]
    [InlineData("  ingress: [{ports: [{endPort: 79}]}]\n", "in.yaml:6:32: error: NetworkPolicy shop/p: spec.ingress[0].ports[0].endPort: endPort without port; expected the first port of the range in port")]
    [InlineData("  ingress: [{ports: [{port: \"8080\"}]}]\n", "in.yaml:6:29: error: NetworkPolicy shop/p: spec.ingress[0].ports[0].port: the string '8080' is a name here; expected the number without quotes, or a port name: at most 15 lower-case letters, digits and single '-', at least one letter, no '-' at either end")]
    [InlineData("  ingress: [{ports: [{port: 0}]}]\n", "in.yaml:6:29: error: NetworkPolicy shop/p: spec.ingress[0].ports[0].port: the number 0; expected a port from 1 to 65535, or a port name: at most 15 lower-case letters, digits and single '-', at least one letter, no '-' at either end")]
    [InlineData("  ingress: [{ports: [{port: 80, protocol: ICMP}]}]\n", "in.yaml:6:43: error: NetworkPolicy shop/p: spec.ingress[0].ports[0].protocol: the string 'ICMP'; expected TCP, UDP or SCTP")]
    [InlineData("  policyTypes: [ingress]\n", "in.yaml:6:17: error: NetworkPolicy shop/p: spec.policyTypes[0]: the string 'ingress'; expected Ingress or Egress (did you mean Ingress?)")]
    [InlineData("  policyTypes: [Ingress, Egress, Ingress]\n", "in.yaml:6:16: error: NetworkPolicy shop/p: spec.policyTypes: a list of 3; expected a list of at most 2 (each item Ingress or Egress)")]
    [InlineData("  egress: [{from: []}]\n", "in.yaml:6:13: error: NetworkPolicy shop/p: spec.egress[0].from: unknown field 'from'; expected one of to, ports")]
    [InlineData("  ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: In}]}}]}]\n", "in.yaml:6:55: error: NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector.matchExpressions[0]: operator In without values; expected at least one value")]
    [InlineData("  ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: []}]}}]}]\n", "in.yaml:6:89: error: NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector.matchExpressions[0].values: operator NotIn with an empty list; expected at least one value")]
    [InlineData("  ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}]\n", "in.yaml:6:90: error: NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector.matchExpressions[0].values: operator Exists with values; expected none")]
    [InlineData("  ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: Gt, values: [b]}]}}]}]\n", "in.yaml:6:74: error: NetworkPolicy shop/p: spec.ingress[0].from[0].podSelector.matchExpressions[0].operator: the string 'Gt'; expected In, NotIn, Exists or DoesNotExist")]
    public void Bad_network_policies(string spec, string message) => Assert.Equal(message, Reading.Error(Policy + spec));

    [Theory]
    [InlineData("  to: [{selector: \"app = 'x'\"}]\n", "in.yaml:5:19: error: BookendPolicy default/b: spec.to[0].selector: selector 'app = 'x'' is wrong at character 5: ")]
    [InlineData("  to: [{selector: \"(app == 'x'\"}]\n", "in.yaml:5:19: error: BookendPolicy default/b: spec.to[0].selector: selector '(app == 'x'' is wrong at character ")]
    [InlineData("  to: [{}]\n", "in.yaml:5:8: error: BookendPolicy default/b: spec.to[0]: the peer is empty; expected selector, namespaceSelector, cidrs or domains (selector: all() for every host of the namespace)")]
    [InlineData("  from: [{selector: all()}]\n", "in.yaml:5:3: error: BookendPolicy default/b: spec.to: field 'to' is missing; expected a list of at least 1 (each item a peer with selector, namespaceSelector, cidrs and except, or domains)")]
    [InlineData("  to: [{selector: all(), cidrs: [10.0.0.0/8]}]\n", "in.yaml:5:33: error: BookendPolicy default/b: spec.to[0].cidrs: cidrs stand beside a selector; expected them in a peer of their own")]
    [InlineData("  to: [{cidrs: [10.0.0.0/8], except: [12.0.0.1]}]\n", "in.yaml:5:39: error: BookendPolicy default/b: spec.to[0].except[0]: 12.0.0.1/32 lies within none of the cidrs; expected a narrower block of one of them")]
    [InlineData("  to: [{selector: all()}]\n  ports: [{name: http, port: 80}]\n", "in.yaml:6:18: error: BookendPolicy default/b: spec.ports[0].name: name beside port; expected one of the two")]
    [InlineData("  to: [{selector: all()}]\n  ports: [{protocol: ICMP, port: 80}]\n", "in.yaml:6:34: error: BookendPolicy default/b: spec.ports[0].port: ICMP has no ports; expected the protocol alone, or TCP, UDP, SCTP or UDPLite")]
    [InlineData("  to: [{selector: all()}]\n  isolate: Both\n", "in.yaml:6:12: error: BookendPolicy default/b: spec.isolate: isolate Both without from would close the egress of every host; expected the sources in from")]
    [InlineData("  to: [{selector: all()}]\n  isolate: To\n  action: Deny\n", "in.yaml:6:12: error: BookendPolicy default/b: spec.isolate: a Deny grants nothing and so isolates nothing; expected None, or no isolate")]
    [InlineData("  to: [{domains: ['*.example.org']}]\n", "in.yaml:5:19: error: BookendPolicy default/b: spec.to[0].domains[0]: '*.example.org': a wildcard is no name that can be resolved; expected whole names, one for each server, such as db.example.com")]
    [InlineData("  to: [{selector: all()}]\n  order: first\n", "in.yaml:6:10: error: BookendPolicy default/b: spec.order: the string 'first'; expected a number")]
    public void Bad_bookend_policies(string spec, string message) => Assert.StartsWith(message, Reading.Error(Bookend + spec), StringComparison.Ordinal);

    [Theory]
    [InlineData("name: A", "in.yaml:3:18: error: Host default/A: metadata.name: name 'A'; expected at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit")]
    [InlineData("name: a, namespace: x_y", "in.yaml:3:32: error: Host x_y/a: metadata.namespace: namespace 'x_y'; expected at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit")]
    [InlineData("namespace: x", "in.yaml:3:11: error: metadata.name: field 'name' is missing; expected a string")]
    [InlineData("name: 7", "in.yaml:3:18: error: metadata.name: the number 7; expected a string (write it in quotes: \"7\")")]
    [InlineData("name: a, labels: {a/b/c: x}", "in.yaml:3:30: error: Host default/a: metadata.labels.a/b/c: key 'a/b/c'; expected a label key: [DNS name/]name, the name at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit")]
    [InlineData("name: a, labels: {version: 1.10}", "in.yaml:3:39: error: Host default/a: metadata.labels.version: the number 1.10; expected a label value: empty, or at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit (write it in quotes: \"1.10\")")]
    [InlineData("name: a, lables: {}", "in.yaml:3:21: error: Host default/a: metadata.lables: unknown field 'lables'; did you mean 'labels'?")]
    public void Bad_metadata(string metadata, string message) =>
        Assert.Equal(message, Reading.Error($"apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {{{metadata}}}\n"));

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"ingress":{}}""", false)]
    [InlineData("""{"ingress":{"isolation":"DefaultDeny"}}""", true)]
    public void The_old_annotation(string json, bool isolates) =>
        Assert.Equal(isolates, Reading.One<NamespaceResource>(Annotated(json)).IsolatesIngress);

    [Theory]
    [InlineData("""{"ingress":{"isolation":"DefaultAllow"}}""", "isolation \"DefaultAllow\"; expected")]
    [InlineData("""{"egress":{"isolation":"DefaultDeny"}}""", "the annotation has 'egress' which it cannot have; expected")]
    [InlineData("""{"ingress":[]}""", "the annotation has [] where an object belongs; expected")]
    [InlineData("DefaultDeny", "the annotation is no JSON (at byte 1); expected")]
    [InlineData("", "the annotation is no JSON (at byte 1); expected")]
    public void A_wrong_old_annotation(string json, string message) =>
        Assert.StartsWith($"in.yaml:6:44: error: Namespace a: metadata.annotations[net.beta.kubernetes.io/network-policy]: {message}", Reading.Error(Annotated(json)), StringComparison.Ordinal);

    [Fact]
    public void A_duplicate_name_names_both_places()
    {
        var error = Assert.Single(Reading.Of(Bookinfo.Ratings, Bookinfo.Ratings).Diagnostics);

        Assert.Equal("1.yaml:3:18: error: Host default/ratings-1: metadata.name: the name is taken, first by 0.yaml:3:18; expected a name that no other Host has (see 0.yaml:3:18)", error.ToString());
    }

    [Fact]
    public void Both_versions_of_network_policy_share_their_names()
    {
        var current = Bookinfo.Policies.Replace("extensions/v1beta1", "networking.k8s.io/v1", StringComparison.Ordinal);

        Assert.Equal(4, Reading.Of(Bookinfo.Policies, current).Diagnostics.Count);
    }

    [Fact]
    public void Two_hosts_with_one_address_name_both_places()
    {
        var set = Reading.Sound(Bookinfo.Ratings, Bookinfo.Ratings.Replace("ratings-1", "ratings-2", StringComparison.Ordinal).Replace("10.0.0.6", "10.0.0.7", StringComparison.Ordinal));

        var error = Assert.Single(ManifestReader.Check(set.Resources));

        Assert.Equal("1.yaml:5:25: error: Host default/ratings-2: spec.addresses[1]: address fd00::6 belongs to Host default/ratings-1 already; expected an address that no other endpoint has (see 0.yaml:5:25)", error.ToString());
    }

    [Fact]
    public void All_errors_of_all_files_come_at_once_in_order()
    {
        var set = Reading.Of(
            Host + "  addresses: [x, y]\n  modes: Audit\n---\nkind: [\n---\nkind: Hots\napiVersion: edgeagent.io/v1\n",
            Policy + "  ingress: [{ports: [{port: 0}, {port: 70000}]}]\n");

        Assert.Equal(
            [("0.yaml", 5, 15), ("0.yaml", 5, 18), ("0.yaml", 6, 3), ("0.yaml", 9, 1), ("0.yaml", 10, 7), ("1.yaml", 6, 29), ("1.yaml", 6, 40)],
            set.Diagnostics.Select(diagnostic => (diagnostic.Position.File, diagnostic.Position.Line, diagnostic.Position.Column)));
        Assert.True(set.HasErrors);
        Assert.Empty(set.Resources);
    }

    private static string Annotated(string json) => $"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: a
          annotations:
            net.beta.kubernetes.io/network-policy: '{json}'
        """;

    public static TheoryData<string> Kinds => [.. ManifestReader.Kinds.Select(kind => $"{kind.ApiVersions[0]} {kind.Kind}")];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_document_without_a_name_or_with_nothing_but_a_name_is_read_or_refused(string versionAndKind)
    {
        var (version, kind) = versionAndKind.Split(' ') is [var first, var second] ? (first, second) : ("", "");
        string[] specs = ["", "spec: null", "spec: {}", "spec: []", "spec: text", "spec: {tier: default, selector: all(), podSelector: {}, hosts: [a], ingress: [{}], egress: [{}], rules: [{}]}"];
        foreach (var spec in specs)
        {
            foreach (var metadata in new[] { "", "metadata: null", "metadata: {}", "metadata: []", "metadata: {name: 5}", "metadata: {name: ''}", "metadata: {namespace: x}" })
                Assert.True(Reading.Of($"apiVersion: {version}\nkind: {kind}\n{metadata}\n{spec}\n").HasErrors, $"{kind}: {metadata}; {spec}");
            Assert.All(Reading.Of($"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: default}}\n{spec}\n").Diagnostics, diagnostic => Assert.True(diagnostic.Position.Line > 0));
        }
    }
}
