using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class AdminPolicyTests
{
    [Fact]
    public void An_admin_policy_is_ordered_rules_in_the_admin_tier()
    {
        var policy = Reading.One<PolicyResource>("""
            apiVersion: policy.networking.k8s.io/v1alpha1
            kind: AdminNetworkPolicy
            metadata: {name: example}
            spec:
              priority: 7
              subject: {namespaces: {matchLabels: {team: x}}}
              ingress:
              - {name: one, action: Allow, from: [{namespaces: {}}, {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: a}}}}]}
              - {action: Pass, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}, {portRange: {protocol: UDP, start: 1, end: 9}}, {namedPort: dns}]}
              egress:
              - {action: Deny, to: [{networks: [10.0.0.0/8, "fd00::/8"]}], ports: [{portNumber: {protocol: SCTP, port: 1}}]}
            """);

        Assert.Equal((BuiltInTiers.Admin, 7.0), (policy.Tier, policy.Order!.Value));
        Assert.False(policy.Ingress!.Isolates || policy.Egress!.Isolates);
        Assert.Equal("[team == \"x\"]/all() workloads", policy.Ingress.Subjects[0].Endpoints!.ToString());
        Assert.Equal([Verdict.Allow, Verdict.Pass], policy.Ingress.Rules.Select(rule => rule.Verdict));
        Assert.Equal(["[all()]/all() workloads", "[all()]/app == \"a\" workloads"], policy.Ingress.Rules[0].Peers!.Value.Select(peer => peer.Endpoints!.ToString()));
        Assert.Equal(
            [
                new() { Protocol = new(IpProtocol.Tcp, false), Ports = PortMatch.Of(PortRange.Single(80)) },
                new() { Protocol = new(IpProtocol.Udp, false), Ports = PortMatch.Of(new PortRange(1, 9)) },
                new TrafficMatch { Ports = PortMatch.Named("dns") },
            ],
            policy.Ingress.Rules[1].Traffic!.Value);
        Assert.Equal([PeerMatch.Of([Cidr.Parse("10.0.0.0/8"), Cidr.Parse("fd00::/8")])], policy.Egress!.Rules[0].Peers!.Value);
    }

    [Fact]
    public void The_baseline_policy_comes_after_those_with_a_priority()
    {
        var first = Reading.One<PolicyResource>("""
            apiVersion: policy.networking.k8s.io/v1alpha1
            kind: BaselineAdminNetworkPolicy
            metadata: {name: default}
            spec: {subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}
            """);
        var second = Reading.One<PolicyResource>(Cluster("tier: Baseline, priority: 1000, subject: {namespaces: {}}"));

        Assert.Equal((BuiltInTiers.Baseline, BuiltInTiers.Baseline), (first.Tier, second.Tier));
        Assert.True(first.Order > second.Order);
        Assert.Null(first.Egress);
    }

    [Fact]
    public void A_cluster_policy_has_protocols()
    {
        var policy = Reading.One<PolicyResource>(Cluster(
            "tier: Admin, priority: 0, subject: {pods: {namespaceSelector: {}, podSelector: {}}}, egress: [{action: Accept, to: [{namespaces: {}}], "
            + "protocols: [{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 5, end: 6}}}}, {destinationNamedPort: http}]}]"));

        Assert.Equal((BuiltInTiers.Admin, 0.0), (policy.Tier, policy.Order!.Value));
        Assert.Equal(
            [
                new() { Protocol = new(IpProtocol.Tcp, false), Ports = PortMatch.Of(PortRange.Single(80)) },
                new() { Protocol = new(IpProtocol.Udp, false), Ports = PortMatch.Of(new PortRange(5, 6)) },
                new TrafficMatch { Ports = PortMatch.Named("http") },
            ],
            policy.Egress!.Rules[0].Traffic!.Value);
    }

    [Theory]
    [InlineData("tier: admin, priority: 0, subject: {namespaces: {}}", "spec.tier: the string 'admin'; expected Admin or Baseline (did you mean Admin?)")]
    [InlineData("tier: Admin, priority: 1001, subject: {namespaces: {}}", "spec.priority: the number 1001; expected an integer from 0 to 1000")]
    [InlineData("tier: Admin, subject: {namespaces: {}}", "spec.priority: field 'priority' is missing; expected an integer from 0 to 1000")]
    [InlineData("tier: Admin, priority: 1, subject: {}", "spec.subject: none of the fields is there; expected a subject with namespaces or pods, exactly one of them")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}", "spec.subject: more than one of the fields is there; expected a subject")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]", "spec.ingress[0].action: the string 'Allow'; expected Accept, Deny or Pass")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: []}]", "spec.ingress[0].from: a list of 0; expected a list of 1 to 25")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{networks: [10.0.0.0/8]}]}]", "spec.ingress[0].from[0].networks: unknown field 'networks'; expected one of namespaces, pods")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: Deny, to: [{nodes: {}}]}]", "spec.egress[0].to[0].nodes: field 'nodes' cannot be enforced: hosts have no nodes; expected networks with the nodes' addresses")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: Accept, to: [{domainNames: [a.b]}]}]", "spec.egress[0].to[0].domainNames: field 'domainNames' cannot be enforced: names are not resolved")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}], protocols: [{destinationNamedPort: a}]}]", "spec.egress[0].protocols[0]: a named port beside networks, which declare no names")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {sameLabels: [a]}}]}]", "spec.ingress[0].from[0].namespaces.sameLabels: field 'sameLabels' cannot be enforced: it belongs to the first alpha version")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {}}]}]", "spec.ingress[0].protocols[0].tcp.destinationPort: field 'destinationPort' is missing")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {range: {start: 9, end: 9}}}}]}]", "range.end: end 9 is not above start 9; expected 10 to 65535")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{}]}]", "spec.ingress[0].protocols[0]: expected exactly one of tcp, udp, sctp and destinationNamedPort")]
    [InlineData("tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: []}]", "spec.ingress[0].ports: unknown field 'ports'; expected one of name, action, from, protocols")]
    public void Wrong_cluster_policies(string spec, string message) => Assert.Contains(message, Reading.Error(Cluster(spec)), StringComparison.Ordinal);

    [Theory]
    [InlineData("BaselineAdminNetworkPolicy", "other", "subject: {namespaces: {}}", "metadata.name: name 'other'; expected default, since there is one such policy")]
    [InlineData("BaselineAdminNetworkPolicy", "default", "subject: {namespaces: {}}, ingress: [{action: Pass, from: [{namespaces: {}}]}]", "spec.ingress[0].action: the string 'Pass'; expected Allow or Deny")]
    [InlineData("AdminNetworkPolicy", "a", "priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}, namedPort: a}]}]", "spec.ingress[0].ports[0]: expected exactly one of portNumber, portRange and namedPort")]
    public void Wrong_policies_of_the_first_generation(string kind, string name, string spec, string message) =>
        Assert.Contains(message, Reading.Error($"apiVersion: policy.networking.k8s.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"), StringComparison.Ordinal);

    [Fact]
    public void They_are_outside_namespaces() => Assert.Contains(
        "metadata.namespace: ClusterNetworkPolicy is outside namespaces; expected no namespace",
        Reading.Error(Cluster("tier: Admin, priority: 1, subject: {namespaces: {}}").Replace("name: c", "name: c, namespace: d", StringComparison.Ordinal)),
        StringComparison.Ordinal);

    private static string Cluster(string spec) => $"apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: c}}\nspec: {{{spec}}}\n";
}
