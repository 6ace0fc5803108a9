using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class CalicoTests
{
    [Theory]
    [InlineData("{}", true, false)]
    [InlineData("{ingress: [{action: Allow}]}", true, false)]
    [InlineData("{egress: [{action: Allow}]}", false, true)]
    [InlineData("{ingress: [{action: Allow}], egress: [{action: Allow}]}", true, true)]
    [InlineData("{types: [Egress]}", false, true)]
    [InlineData("{types: [Ingress, Egress]}", true, true)]
    [InlineData("{types: []}", true, false)]
    public void Types_and_their_default(string spec, bool ingress, bool egress)
    {
        var policy = Reading.One<PolicyResource>(Global(spec));

        Assert.Equal((ingress, egress), (policy.Ingress is not null, policy.Egress is not null));
        Assert.True((policy.Ingress ?? policy.Egress)!.Isolates);
    }

    [Fact]
    public void A_global_policy_is_about_what_it_selects_in_any_namespace()
    {
        var policy = Reading.One<PolicyResource>(Global("{tier: security, order: 10.5, selector: role == 'db', namespaceSelector: team == 'x', types: [Ingress, Egress], doNotTrack: false, preDNAT: false}"));

        Assert.Equal(("security", 10.5, "GlobalNetworkPolicy"), (policy.Tier, policy.Order!.Value, policy.Key.Kind));
        Assert.Equal("[team == \"x\"]/role == \"db\"", Assert.Single(policy.Ingress!.Subjects).Endpoints!.ToString());
        Assert.Equal(policy.Ingress.Subjects, policy.Egress!.Subjects);
    }

    [Fact]
    public void A_namespaced_policy_has_a_kind_and_subjects_of_its_own()
    {
        var policy = Reading.One<PolicyResource>(Namespaced("{selector: role == 'db'}"));

        Assert.Equal(new("NetworkPolicy.projectcalico.org", "shop", "p"), policy.Key);
        Assert.Equal("shop/role == \"db\"", Assert.Single(policy.Ingress!.Subjects).Endpoints!.ToString());
        Assert.Equal((BuiltInTiers.Default, null), (policy.Tier, policy.Order));
    }

    [Theory]
    [InlineData("{selector: a == 'b'}", "shop/a == \"b\"", "a == \"b\"")]
    [InlineData("{selector: all()}", "shop/all()", "all()")]
    [InlineData("{selector: ''}", "any", "any")]
    [InlineData("{}", "any", "any")]
    [InlineData("{namespaceSelector: all()}", "[all()]/all()", "[all()]/all()")]
    [InlineData("{namespaceSelector: global()}", "[global()]/all()", "[global()]/all()")]
    [InlineData("{namespaceSelector: has(x), selector: a == 'b'}", "[has(x)]/a == \"b\"", "[has(x)]/a == \"b\"")]
    [InlineData("{notSelector: a == 'b'}", "shop/all() not a == \"b\"", "not a == \"b\"")]
    [InlineData("{nets: [10.0.0.0/8, 192.0.2.1], notNets: [10.1.0.0/16]}", "10.0.0.0/8,192.0.2.1/32 except 10.1.0.0/16", "10.0.0.0/8,192.0.2.1/32 except 10.1.0.0/16")]
    [InlineData("{serviceAccounts: {names: [x, z]}}", "shop/all() as x|z", "all() as x|z")]
    [InlineData("{serviceAccounts: {names: []}}", "any", "any")]
    public void Sources_and_destinations(string entity, string namespaced, string global)
    {
        Assert.Equal(namespaced, Ends(Reading.One<PolicyResource>(Namespaced($"{{ingress: [{{action: Allow, source: {entity}}}]}}")).Ingress!).Peer);
        Assert.Equal(global, Ends(Reading.One<PolicyResource>(Global($"{{ingress: [{{action: Allow, source: {entity}}}]}}")).Ingress!).Peer);
        Assert.Equal(global, Ends(Reading.One<PolicyResource>(Global($"{{ingress: [{{action: Allow, destination: {entity}}}]}}")).Ingress!).Self);
        Assert.Equal(namespaced, Ends(Reading.One<PolicyResource>(Namespaced($"{{egress: [{{action: Allow, destination: {entity}}}]}}")).Egress!).Peer);
        Assert.Equal(namespaced, Ends(Reading.One<PolicyResource>(Namespaced($"{{egress: [{{action: Allow, source: {entity}}}]}}")).Egress!).Self);
    }

    [Fact]
    public void Rules_keep_their_order_and_actions()
    {
        var rules = Reading.One<PolicyResource>(Global("{ingress: [{action: Log}, {action: Pass}, {action: Deny}, {action: Allow, metadata: {annotations: {a: b}}}]}")).Ingress!.Rules;

        Assert.Equal([Verdict.Log, Verdict.Pass, Verdict.Deny, Verdict.Allow], rules.Select(rule => rule.Verdict));
        Assert.Equal(["ingress[0]", "ingress[1]", "ingress[2]", "ingress[3]"], rules.Select(rule => rule.Label));
        Assert.All(rules, rule => Assert.Null(rule.Traffic));
    }

    [Fact]
    public void Ports_of_both_ends()
    {
        var traffic = Traffic("protocol: UDP, source: {ports: [53, '1000:2000'], notPorts: [1500]}, destination: {ports: ['53', dns], notPorts: [other]}");

        Assert.Equal(
            new TrafficMatch
            {
                Protocol = new(IpProtocol.Udp, false),
                SourcePorts = new([PortRange.Single(53), new(1000, 2000)], []),
                NotSourcePorts = PortMatch.Of(PortRange.Single(1500)),
                Ports = new([PortRange.Single(53)], ["dns"]),
                NotPorts = PortMatch.Named("other"),
            },
            traffic);
    }

    [Theory]
    [InlineData("protocol: TCP", 6, false)]
    [InlineData("protocol: 47", 47, false)]
    [InlineData("protocol: '47'", 47, false)]
    [InlineData("protocol: UDPLite", 136, false)]
    [InlineData("notProtocol: TCP", 6, true)]
    [InlineData("protocol: TCP, notProtocol: UDP", 6, false)]
    public void Protocols(string rule, byte number, bool negated) => Assert.Equal(new ProtocolMatch(new(number), negated), Traffic(rule)!.Protocol);

    [Fact]
    public void Icmp()
    {
        Assert.Equal(new IcmpMatch(8, 0, false), Traffic("protocol: ICMP, icmp: {type: 8, code: 0}")!.Icmp);
        Assert.Equal(new IcmpMatch(128, null, false), Traffic("protocol: ICMPv6, notICMP: {type: 128}")!.NotIcmp);
        Assert.Null(Traffic("protocol: 1, icmp: {}")!.Icmp);
    }

    [Theory]
    [InlineData("ipVersion: 4", IpFamily.V4)]
    [InlineData("ipVersion: 6", IpFamily.V6)]
    [InlineData("source: {nets: [10.0.0.0/8]}", IpFamily.V4)]
    [InlineData("source: {notNets: [10.0.0.0/8]}", IpFamily.V4)]
    [InlineData("destination: {notNets: ['fd00::/8']}", IpFamily.V6)]
    public void Families_are_those_that_every_list_has(string rule, IpFamily family) => Assert.Equal(family, Traffic(rule)!.Family);

    [Theory]
    [InlineData("source: {nets: [10.0.0.0/8, 'fd00::/8']}", "spec.ingress[0].source.nets[1]: the rule names blocks of both families", null)]
    [InlineData("source: {nets: [10.0.0.0/8, 'fd00::/8']}, destination: {nets: [10.0.0.0/8]}", "the rule names blocks of both families", IpFamily.V4)]
    [InlineData("source: {nets: [10.0.0.0/8, 'fd00::/8'], notNets: [10.0.0.0/9, '::/0']}", "all but ::/0 is nothing, so the rule matches no IPv6 traffic", IpFamily.V4)]
    public void Mixed_families_are_read_for_each(string rule, string warning, IpFamily? family)
    {
        var set = Reading.Sound(Global($"{{ingress: [{{action: Allow, {rule}}}]}}"));

        Assert.Contains(set.Diagnostics, diagnostic => diagnostic.ToString().Contains(warning, StringComparison.Ordinal));
        Assert.Equal(family, Assert.IsType<PolicyResource>(set.Resources[0].Model).Ingress!.Rules[0].Traffic is { } traffic ? traffic[0].Family : null);
    }

    [Theory]
    [InlineData("source: {notNets: [0.0.0.0/0]}", "all but 0.0.0.0/0 is nothing, so the rule matches no IPv4 traffic")]
    [InlineData("source: {nets: [10.0.0.0/8]}, destination: {nets: ['fd00::/8']}", "the rule's conditions exclude each other")]
    [InlineData("ipVersion: 6, source: {nets: [10.0.0.0/8]}", "the rule's conditions exclude each other")]
    [InlineData("protocol: TCP, notProtocol: TCP", "the rule's conditions exclude each other")]
    [InlineData("http: {methods: [GET]}", "requests are not seen at L3/L4, so the rule never matches")]
    public void Rules_that_match_nothing_are_kept_with_a_warning(string rule, string warning)
    {
        var set = Reading.Sound(Global($"{{ingress: [{{action: Allow, {rule}}}]}}"));

        Assert.Contains(set.Diagnostics, diagnostic => diagnostic.ToString().Contains(warning, StringComparison.Ordinal));
        Assert.Empty(Assert.IsType<PolicyResource>(set.Resources[0].Model).Ingress!.Rules[0].Traffic!.Value);
    }

    [Theory]
    [InlineData("{doNotTrack: true}", "spec.doNotTrack: field 'doNotTrack' cannot be enforced: rules before connection tracking are not made")]
    [InlineData("{preDNAT: true}", "spec.preDNAT: field 'preDNAT' cannot be enforced: rules before address translation are not made")]
    [InlineData("{selector: global()}", "spec.selector: global() stands here; expected it as namespaceSelector of a rule's source or destination alone")]
    [InlineData("{namespaceSelector: global()}", "spec.namespaceSelector: global() stands here")]
    [InlineData("{serviceAccountSelector: a == 'b'}", "spec.serviceAccountSelector: field 'serviceAccountSelector' cannot be enforced")]
    [InlineData("{selector: a = 'b'}", "spec.selector: selector 'a = 'b'' is wrong at character 3: ")]
    [InlineData("{types: [Ingress, Ingress]}", "spec.types[1]: the type comes twice")]
    [InlineData("{tier: istio}", "spec.tier: tier istio holds what is derived from Istio")]
    [InlineData("{tier: a.b}", "spec.tier: the string 'a.b'; expected at most 63 lower-case letters")]
    [InlineData("{order: high}", "spec.order: the string 'high'; expected a number")]
    [InlineData("{ingress: [{}]}", "spec.ingress[0].action: field 'action' is missing; expected Allow, Deny, Pass or Log")]
    [InlineData("{ingress: [{action: allow}]}", "spec.ingress[0].action: the string 'allow'; expected Allow, Deny, Pass or Log (did you mean Allow?)")]
    [InlineData("{ingress: [{action: Allow, destination: {ports: [80]}}]}", "spec.ingress[0].destination.ports[0]: a port number of the destination without a protocol; expected protocol TCP, UDP or SCTP")]
    [InlineData("{ingress: [{action: Allow, protocol: ICMP, destination: {ports: [80]}}]}", "spec.ingress[0].destination.ports[0]: a port, while the protocol is ICMP; expected protocol TCP, UDP or SCTP")]
    [InlineData("{ingress: [{action: Allow, protocol: tcp}]}", "spec.ingress[0].protocol: the string 'tcp'; expected TCP, UDP, SCTP, UDPLite, ICMP, ICMPv6, or a number from 1 to 255")]
    [InlineData("{ingress: [{action: Allow, protocol: 0}]}", "spec.ingress[0].protocol: the number 0; expected TCP")]
    [InlineData("{ingress: [{action: Allow, protocol: TCP, destination: {ports: ['90:80']}}]}", "spec.ingress[0].destination.ports[0]: the string '90:80'; expected a port from 1 to 65535, a range such as 8000:8100")]
    [InlineData("{ingress: [{action: Allow, protocol: TCP, destination: {ports: [0]}}]}", "spec.ingress[0].destination.ports[0]: the number 0; expected a port from 1 to 65535")]
    [InlineData("{ingress: [{action: Allow, icmp: {type: 8}}]}", "spec.ingress[0].icmp: icmp without an ICMP protocol; expected protocol ICMP or ICMPv6")]
    [InlineData("{ingress: [{action: Allow, protocol: ICMP, icmp: {code: 8}}]}", "spec.ingress[0].icmp.code: a code without a type")]
    [InlineData("{ingress: [{action: Allow, protocol: ICMP, icmp: {type: 255}}]}", "spec.ingress[0].icmp.type: the number 255; expected an integer from 0 to 254")]
    [InlineData("{ingress: [{action: Allow, protocol: ICMP, ipVersion: 6}]}", "spec.ingress[0].protocol: ICMP with ipVersion 6; expected ipVersion 4")]
    [InlineData("{ingress: [{action: Allow, ipVersion: 5}]}", "spec.ingress[0].ipVersion: the number 5; expected 4 or 6")]
    [InlineData("{ingress: [{action: Deny, http: {methods: [GET]}}]}", "spec.ingress[0].http: http on a rule that does not allow")]
    [InlineData("{egress: [{action: Allow, http: {methods: [GET]}}]}", "spec.egress[0].http: http in an egress rule")]
    [InlineData("{ingress: [{action: Allow, protocol: UDP, http: {}}]}", "spec.ingress[0].http: http with protocol UDP; expected TCP, or no protocol")]
    [InlineData("{ingress: [{action: Allow, source: {selector: 'a == \"b\" && global()'}}]}", "spec.ingress[0].source.selector: global() stands here")]
    [InlineData("{ingress: [{action: Allow, source: {namespaceSelector: 'has(a) || global()'}}]}", "spec.ingress[0].source.namespaceSelector: global() stands beside other selectors; expected it alone")]
    [InlineData("{ingress: [{action: Allow, source: {serviceAccounts: {selector: a == 'b'}}}]}", "spec.ingress[0].source.serviceAccounts.selector: field 'selector' cannot be enforced: labels of service accounts are not known here")]
    [InlineData("{ingress: [{action: Allow, source: {services: {name: a, namespace: b}, nets: [10.0.0.0/8]}}]}", "spec.ingress[0].source.nets: nets stands beside services; expected services alone")]
    [InlineData("{ingress: [{action: Allow, destination: {services: {name: a, namespace: b}}}]}", "spec.ingress[0].destination: services in the destination of an ingress rule")]
    [InlineData("{egress: [{action: Allow, source: {services: {name: a, namespace: b}}}]}", "spec.egress[0].source: services in the source of an egress rule")]
    [InlineData("{egress: [{action: Allow, destination: {services: {namespace: b}}}]}", "spec.egress[0].destination.services.name: field 'name' is missing")]
    [InlineData("{egress: [{action: Allow, destination: {services: {name: b}}}]}", "spec.egress[0]: services without a namespace in a global policy")]
    [InlineData("{ingress: [{action: Allow, source: {net: [a]}}]}", "spec.ingress[0].source.net: unknown field 'net'; did you mean 'nets'?")]
    public void Wrong_policies(string spec, string message) => Assert.Contains($"error: GlobalNetworkPolicy p: {message}", Reading.Error(Global(spec)), StringComparison.Ordinal);

    [Theory]
    [InlineData("{types: [Ingress], egress: [{action: Allow}]}", "spec.egress: egress rules have no effect, since types does not name Egress")]
    public void Doubtful_policies(string spec, string warning) => Assert.Contains(warning, Reading.Warning(Global(spec)), StringComparison.Ordinal);

    [Theory]
    [InlineData("p", true)]
    [InlineData("default.p", true)]
    [InlineData("knp.default.a.b.c", true)]
    [InlineData("a.b.c", false)]
    public void Names_of_policies(string name, bool isSound) =>
        Assert.Equal(!isSound, Reading.Of(Global("{}").Replace("name: p", $"name: {name}", StringComparison.Ordinal)).HasErrors);

    [Theory]
    [InlineData("StagedGlobalNetworkPolicy", "{selector: all(), ingress: [{action: Deny}]}", true)]
    [InlineData("StagedNetworkPolicy", "{stagedAction: Set, types: [Ingress]}", true)]
    [InlineData("StagedNetworkPolicy", "{stagedAction: Delete, tier: x}", false)]
    [InlineData("StagedGlobalNetworkPolicy", "{stagedAction: Ignore, ingress: [{action: Deny}]}", false)]
    [InlineData("StagedKubernetesNetworkPolicy", "{podSelector: {}, ingress: []}", true)]
    [InlineData("StagedKubernetesNetworkPolicy", "{stagedAction: Delete}", false)]
    public void Staged_policies_are_counted_and_never_enforced(string kind, string spec, bool counts)
    {
        var policy = Reading.One<PolicyResource>($"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: s}}\nspec: {spec}\n");

        Assert.Equal((PolicyMode.Audit, counts), (policy.Mode, policy.Ingress is not null));
    }

    [Fact]
    public void A_staged_deletion_has_no_rules() => Assert.Contains(
        "spec.ingress: the staged action is Delete; expected nothing else in the spec",
        Reading.Error("apiVersion: projectcalico.org/v3\nkind: StagedNetworkPolicy\nmetadata: {name: s}\nspec: {stagedAction: Delete, ingress: []}\n"),
        StringComparison.Ordinal);

    [Fact]
    public void Tiers()
    {
        var tier = Reading.One<TierResource>(Tier("security", "{order: 100, defaultAction: Pass}"));

        Assert.Equal((100.0, BlockEnd.Pass), (tier.Order!.Value, tier.DefaultAction));
        Assert.Equal((null, BlockEnd.Deny), (Reading.One<TierResource>(Tier("x", "{}")).Order, Reading.One<TierResource>(Tier("x", "{}")).DefaultAction));
        Assert.Equal(1_000_000, Reading.One<TierResource>(Tier("default", "{order: 1000000, defaultAction: Deny}")).Order);
        Assert.Contains("spec: tier default is built in; expected order 1000000 and defaultAction Deny", Reading.Error(Tier("default", "{order: 5}")), StringComparison.Ordinal);
        Assert.Contains("metadata: tier istio holds what is derived from Istio", Reading.Error(Tier("istio", "{order: 5}")), StringComparison.Ordinal);
        Assert.Contains("metadata.name: name 'a.b'; expected", Reading.Error(Tier("a.b", "{}")), StringComparison.Ordinal);
        Assert.Contains("spec.defaultAction: the string 'Allow'; expected Deny or Pass", Reading.Error(Tier("x", "{defaultAction: Allow}")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_in_a_tier_that_does_not_exist_is_found_by_the_check()
    {
        var policy = Global("{tier: security}");

        var error = Assert.Single(ManifestReader.Check(Reading.Sound(policy).Resources));

        Assert.Equal("in.yaml:4:14: error: GlobalNetworkPolicy p: spec.tier: tier 'security' does not exist; expected default, istio, kube-admin, kube-baseline, or a Tier document for it", error.ToString());
        Assert.Empty(ManifestReader.Check(Reading.Sound(policy, Tier("security", "{}")).Resources));
    }

    [Fact]
    public void Network_sets()
    {
        var global = Reading.One<EndpointResource>("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: {a: b}}\nspec: {nets: [10.0.0.0/8, 192.0.2.1, 'fd00::/8']}\n");
        var space = Reading.One<EndpointResource>("apiVersion: projectcalico.org/v3\nkind: NetworkSet\nmetadata: {name: s, namespace: shop}\n");

        Assert.Equal((EndpointNature.NetworkSet, false, LabelSet.Of(("a", "b"))), (global.Nature, global.IsManaged, global.Labels));
        Assert.Equal([Cidr.Parse("10.0.0.0/8"), Cidr.Parse("192.0.2.1/32"), Cidr.Parse("fd00::/8")], global.Addresses);
        Assert.Equal(new("NetworkSet", "shop", "s"), space.Key);
        Assert.Contains(
            "metadata: label projectcalico.org/namespace is given by the namespace",
            Reading.Error("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: {projectcalico.org/namespace: b}}\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_resources_keep_their_labels_in_an_annotation()
    {
        const string Text = """
            apiVersion: crd.projectcalico.org/v1
            kind: GlobalNetworkSet
            metadata:
              name: s
              labels: {old: x}
              annotations: {projectcalico.org/metadata: '{"uid":"1","labels":{"a":"b"},"annotations":{"n":"o"}}'}
            spec: {nets: [10.0.0.0/8]}
            """;

        Assert.Equal(LabelSet.Of(("a", "b"), ("old", "x")), Reading.One<EndpointResource>(Text).Labels);
        Assert.Contains("metadata.annotations[projectcalico.org/metadata]: the annotation is no JSON", Reading.Error(Text.Replace("{\"uid\"", "{\"uid", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", UndecidedTraffic.Deny)]
    [InlineData(", profiles: [projectcalico-default-allow]", UndecidedTraffic.Allow)]
    [InlineData(", profiles: [projectcalico-default-allow, other]", UndecidedTraffic.Allow)]
    [InlineData(", profiles: [other]", UndecidedTraffic.Deny)]
    [InlineData(", profiles: [other, projectcalico-default-allow]", UndecidedTraffic.Deny)]
    public void A_host_endpoint_denies_what_no_policy_decides(string profiles, UndecidedTraffic undecided)
    {
        var host = Reading.One<EndpointResource>(HostEndpoint($"node: n, interfaceName: eth0, expectedIPs: [10.0.0.1, 'fd00::1'], ports: [{{name: http, protocol: TCP, port: 80}}]{profiles}"));

        Assert.Equal((EndpointNature.HostEndpoint, true, undecided), (host.Nature, host.IsManaged, host.Undecided));
        Assert.Equal([Cidr.Parse("10.0.0.1/32"), Cidr.Parse("fd00::1/128")], host.Addresses);
        Assert.Equal([new NamedPort("http", IpProtocol.Tcp, 80)], host.Ports);
        Assert.Equal(new("HostEndpoint", "", "h"), host.Key);
    }

    [Theory]
    [InlineData("expectedIPs: [10.0.0.1]", null, null)]
    [InlineData("node: vm, expectedIPs: [10.0.0.1]", null, null)]
    [InlineData("node: vm, interfaceName: eth0", "vm", "eth0")]
    [InlineData("node: vm, interfaceName: '*'", "vm", null)]
    [InlineData("interfaceName: wg-0.1", "h", "wg-0.1")]
    public void A_host_endpoint_is_about_an_interface_of_its_node(string spec, string? node, string? name) =>
        Assert.Equal(node is null ? null : new(node, name), Reading.One<EndpointResource>(HostEndpoint(spec)).Binding);

    [Theory]
    [InlineData("eth0/1")]
    [InlineData("''")]
    [InlineData("eth*")]
    [InlineData("sixteen-letters-")]
    public void An_interface_name_that_no_interface_can_have_is_an_error(string name) =>
        Assert.Contains("spec.interfaceName", Reading.Error(HostEndpoint($"node: vm, interfaceName: {name}")), StringComparison.Ordinal);

    [Fact]
    public void A_host_endpoint_and_a_host_cannot_share_an_address()
    {
        var set = Reading.Sound(Bookinfo.Ratings, HostEndpoint("expectedIPs: [10.0.0.6]"));

        Assert.Equal(
            "1.yaml:4:22: error: HostEndpoint h: spec.expectedIPs[0]: address 10.0.0.6 belongs to Host default/ratings-1 already; expected an address that no other endpoint has (see 0.yaml:5:15)",
            Assert.Single(ManifestReader.Check(set.Resources)).ToString());
    }

    [Theory]
    [InlineData("Profile", "profiles other than projectcalico-default-allow are not read")]
    [InlineData("FelixConfiguration", "it configures Calico's agent, not this one")]
    public void Kinds_that_are_refused_with_the_reason(string kind, string reason) => Assert.Contains(
        $"kind: kind '{kind}' cannot be enforced: {reason}", Reading.Error($"apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: a}}\n"), StringComparison.Ordinal);

    private static (string Peer, string Self) Ends(PolicySide side)
    {
        var rule = Assert.Single(side.Rules);
        return (rule.Peers is { } peers ? Assert.Single(peers).ToString() : "any", rule.Self?.ToString() ?? "any");
    }

    private static TrafficMatch? Traffic(string rule) =>
        Reading.One<PolicyResource>(Global($"{{ingress: [{{action: Allow, {rule}}}]}}")).Ingress!.Rules[0].Traffic is { } traffic ? Assert.Single(traffic) : null;

    private static string Global(string spec) => $"apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n";

    private static string Namespaced(string spec) => $"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec: {spec}\n";

    private static string Tier(string name, string spec) => $"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: {name}}}\nspec: {spec}\n";

    private static string HostEndpoint(string spec) => $"apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {{name: h}}\nspec: {{{spec}}}\n";
}
