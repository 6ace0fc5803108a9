using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class NetworkPolicyTests
{
    [Theory]
    [InlineData("{podSelector: {}}", true, false)]
    [InlineData("{podSelector: {}, ingress: []}", true, false)]
    [InlineData("{podSelector: {}, egress: []}", true, false)]
    [InlineData("{podSelector: {}, egress: null}", true, false)]
    [InlineData("{podSelector: {}, egress: [{}]}", true, true)]
    [InlineData("{podSelector: {}, policyTypes: []}", true, false)]
    [InlineData("{podSelector: {}, policyTypes: [], egress: [{}]}", true, true)]
    [InlineData("{podSelector: {}, policyTypes: [Egress]}", false, true)]
    [InlineData("{podSelector: {}, policyTypes: [Ingress, Egress]}", true, true)]
    public void Policy_types_and_their_default(string spec, bool ingress, bool egress)
    {
        var policy = Policy(spec);

        Assert.Equal((ingress, egress), (policy.Ingress is not null, policy.Egress is not null));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{matchLabels: {}, matchExpressions: []}")]
    public void An_empty_pod_selector_selects_all_hosts_of_the_namespace(string selector)
    {
        var subject = Assert.Single(Policy($"{{podSelector: {selector}}}").Ingress!.Subjects);

        Assert.Equal(PeerMatch.Of(new EndpointMatch { Namespace = "shop", WorkloadsOnly = true }), subject);
    }

    [Fact]
    public void Empty_and_absent_lists()
    {
        Assert.Empty(Policy("{podSelector: {}, ingress: []}").Ingress!.Rules);
        foreach (var rule in new[] { "{}", "{from: [], ports: []}", "{from: null, ports: null}" })
        {
            var read = Assert.Single(Policy($"{{podSelector: {{}}, ingress: [{rule}]}}").Ingress!.Rules);
            Assert.Null(read.Peers);
            Assert.Null(read.Traffic);
        }
    }

    [Theory]
    [InlineData("podSelector: {matchLabels: {a: b}}", "shop/a == \"b\" workloads")]
    [InlineData("namespaceSelector: {}", "[all()]/all() workloads")]
    [InlineData("namespaceSelector: {matchLabels: {team: x}}", "[team == \"x\"]/all() workloads")]
    [InlineData("namespaceSelector: {matchLabels: {team: x}}, podSelector: {}", "[team == \"x\"]/all() workloads")]
    [InlineData("namespaceSelector: {}, podSelector: {matchLabels: {a: b}}", "[all()]/a == \"b\" workloads")]
    [InlineData("podSelector: {matchLabels: {b: c, a: b}}", "shop/(a == \"b\" && b == \"c\") workloads")]
    [InlineData("podSelector: {matchExpressions: [{key: a, operator: In, values: [z, b]}]}", "shop/a in {\"b\", \"z\"} workloads")]
    [InlineData("podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "shop/a not in {\"b\"} workloads")]
    [InlineData("podSelector: {matchExpressions: [{key: a, operator: Exists}]}", "shop/has(a) workloads")]
    [InlineData("podSelector: {matchExpressions: [{key: a, operator: DoesNotExist, values: []}]}", "shop/!has(a) workloads")]
    public void Peers_by_labels(string peer, string expected)
    {
        var rule = Assert.Single(Policy($"{{podSelector: {{}}, ingress: [{{from: [{{{peer}}}]}}]}}").Ingress!.Rules);

        Assert.Equal(expected, Assert.Single(rule.Peers!.Value).Endpoints!.ToString());
    }

    [Fact]
    public void Peers_by_block()
    {
        var rule = Assert.Single(Policy("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}, {ipBlock: {cidr: 'fd00::/64'}}]}]}").Egress!.Rules);

        Assert.Equal(
            [PeerMatch.Of([Cidr.Parse("10.0.0.0/8")], [Cidr.Parse("10.1.0.0/16"), Cidr.Parse("10.2.0.0/16")]), PeerMatch.Of([Cidr.Parse("fd00::/64")])],
            rule.Peers!.Value);
        Assert.Equal("egress[0]", rule.Label);
    }

    [Theory]
    [InlineData("{}", "TCP", null, null)]
    [InlineData("{protocol: UDP}", "UDP", null, null)]
    [InlineData("{port: 80}", "TCP", "80", null)]
    [InlineData("{port: 80, endPort: 80}", "TCP", "80", null)]
    [InlineData("{port: 8000, endPort: 8100, protocol: SCTP}", "SCTP", "8000-8100", null)]
    [InlineData("{port: http}", "TCP", null, "http")]
    [InlineData("{port: 65535}", "TCP", "65535", null)]
    public void Ports(string port, string protocol, string? range, string? name)
    {
        var rule = Assert.Single(Policy($"{{podSelector: {{}}, ingress: [{{ports: [{port}]}}]}}").Ingress!.Rules);

        var traffic = Assert.Single(rule.Traffic!.Value);
        Assert.Equal((protocol, false), (traffic.Protocol!.Value.Protocol.ToString(), traffic.Protocol.Value.Negated));
        Assert.Equal((range, name), (traffic.Ports?.Ranges.Select(ports => ports.ToString()).SingleOrDefault(), traffic.Ports?.Names.SingleOrDefault()));
    }

    [Theory]
    [InlineData("{podSelector: {}, policyTypes: [Ingress], egress: [{}]}", "in.yaml:4:57: warning: NetworkPolicy shop/p: spec.egress: egress rules have no effect, since policyTypes does not name Egress")]
    [InlineData("{ingress: []}", "in.yaml:4:7: warning: NetworkPolicy shop/p: spec.podSelector: podSelector is missing and selects every host of the namespace; write {} to say so")]
    [InlineData("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/8}}]}]}", "in.yaml:4:60: warning: NetworkPolicy shop/p: spec.ingress[0].from[0].ipBlock.cidr: 10.0.0.1/8 has bits set beyond its prefix and is read as 10.0.0.0/8")]
    public void Doubtful_policies_are_accepted_with_a_warning(string spec, string warning) => Assert.Equal(warning, Reading.Warning(Text(spec)));

    private static PolicyResource Policy(string spec) => Reading.One<PolicyResource>(Text(spec));

    private static string Text(string spec) => $"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec: {spec}\n";
}
