namespace EdgeAgent.Manifests.Tests.Istio;

public sealed class AuthorizationPolicyTests
{
    [Fact]
    public void An_allow_policy_closes_what_it_selects_but_for_its_rules() => IstioWorld.With(Policy("ALLOW", """
        [{from: [{source: {namespaces: [default], notIpBlocks: [10.0.0.5]}}, {source: {ipBlocks: [192.0.2.0/24]}}], to: [{operation: {ports: ["9080"]}}]}]
        """)).Decides(
        "default/reviews-v1 > default/ratings TCP/9080 : allow",
        "default/reviews-v1 > default/ratings TCP/22 : deny",
        "default/sleep > default/ratings TCP/9080 : deny",
        "192.0.2.7 > default/ratings TCP/9080 : allow",
        "vm/mysqldb > default/ratings TCP/9080 : deny",
        "vm/mysqldb > default/ratings UDP/53 : allow",
        "vm/mysqldb > default/reviews-v1 TCP/9080 : allow");

    [Fact]
    public void An_allow_policy_without_rules_denies_all_tcp() => IstioWorld.With("""
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: nothing, namespace: default}
        spec: {}
        """).Decides("default/sleep > default/ratings TCP/9080 : deny", "default/sleep > vm/mysqldb TCP/3306 : allow");

    [Fact]
    public void The_addresses_of_a_network_set_are_in_no_namespace() => IstioWorld.With(Policy("ALLOW", "[{from: [{source: {namespaces: [other]}}]}]") + "\n---\n" + """
        apiVersion: projectcalico.org/v3
        kind: NetworkSet
        metadata: {name: everything, namespace: other}
        spec: {nets: [0.0.0.0/0]}
        """).Decides("default/sleep > default/ratings TCP/9080 : deny", "192.0.2.7 > default/ratings TCP/9080 : deny");

    [Theory]
    [InlineData("[{from: [{source: {}}]}]", "the source is empty")]
    [InlineData("[{from: [{source: {namespaces: []}}]}]", "the source is empty")]
    [InlineData("[{to: [{operation: {}}]}]", "the operation is empty")]
    [InlineData("[{to: [{operation: {ports: []}}]}]", "the operation is empty")]
    [InlineData("[{when: [{key: source.namespace, values: []}]}]", "neither values nor notValues")]
    [InlineData("[{from: [{source: {serviceAccounts: [web], namespaces: [vm]}}]}]", "serviceAccounts stand beside principals or namespaces")]
    public void What_would_be_everybody_because_it_is_empty_is_refused_as_at_home(string rules, string reason) =>
        Assert.Contains(reason, Reading.Error(Policy("ALLOW", rules)), StringComparison.Ordinal);

    [Fact]
    public void Deny_comes_before_allow() => IstioWorld.With(Policy("ALLOW", "[{}]") + "\n---\n" + Policy("DENY", """
        [{from: [{source: {namespaces: [default]}}], to: [{operation: {notPorts: ["9080"]}}]}]
        """, "d")).Decides(
        "default/sleep > default/ratings TCP/9080 : allow",
        "default/sleep > default/ratings TCP/22 : deny",
        "vm/mysqldb > default/ratings TCP/22 : allow");

    [Fact]
    public void Request_fields_never_match_in_allow_and_fall_away_in_deny()
    {
        var allow = IstioWorld.With(Policy("ALLOW", "[{to: [{operation: {methods: [GET], ports: [\"9080\"]}}]}]"));
        allow.Decides("default/sleep > default/ratings TCP/9080 : deny");
        Assert.Contains(allow.Warnings, warning => warning.Message.Contains("methods", StringComparison.Ordinal));
        IstioWorld.With(Policy("DENY", "[{to: [{operation: {methods: [GET], ports: [\"9080\"]}}]}]")).Decides(
            "default/sleep > default/ratings TCP/9080 : deny",
            "default/sleep > default/ratings TCP/22 : allow");
        var nothing = IstioWorld.With(Policy("DENY", "[{to: [{operation: {paths: [/x]}}]}]"));
        nothing.Decides("default/sleep > default/ratings TCP/9080 : allow");
        Assert.Contains(nothing.Warnings, warning => warning.Message.Contains("denies nothing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("AUDIT")]
    [InlineData("CUSTOM")]
    public void Audit_and_custom_have_no_effect_and_say_so(string action)
    {
        var world = IstioWorld.With(Policy(action, "[{}]"));
        world.Decides("default/sleep > default/ratings TCP/9080 : allow");
        Assert.Contains(world.Warnings, warning => warning.Message.StartsWith(action, StringComparison.Ordinal));
    }

    [Fact]
    public void A_workload_entry_gives_a_host_its_principal_and_namespace()
    {
        const string Entry = """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: sleep, namespace: legacy}
            spec: {address: 10.0.0.5, serviceAccount: sleeper}
            ---

            """;
        IstioWorld.With(Entry + Policy("ALLOW", "[{from: [{source: {principals: [cluster.local/ns/legacy/sa/sleeper]}}]}]")).Decides(
            "default/sleep > default/ratings TCP/9080 : allow",
            "default/reviews-v1 > default/ratings TCP/9080 : deny");
        IstioWorld.With(Entry + Policy("ALLOW", "[{from: [{source: {namespaces: [default]}}]}]")).Decides(
            "default/sleep > default/ratings TCP/9080 : deny",
            "default/reviews-v1 > default/ratings TCP/9080 : allow");
        IstioWorld.With(Entry + Policy("ALLOW", "[{from: [{source: {notPrincipals: ['*/sleeper']}}]}]")).Decides(
            "default/sleep > default/ratings TCP/9080 : deny",
            "10.9.9.9 > default/ratings TCP/9080 : allow");
        IstioWorld.With(Entry + Policy("ALLOW", "[{when: [{key: source.namespace, values: [leg*]}, {key: destination.port, values: ['9080']}]}]")).Decides(
            "default/sleep > default/ratings TCP/9080 : allow",
            "default/sleep > default/ratings TCP/22 : deny");
    }

    [Fact]
    public void An_allow_policy_decides_alone_over_routes() => IstioWorld.With(Policy("ALLOW", "[{from: [{source: {ipBlocks: [10.0.0.5]}}]}]") + """

        ---
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: default}
        spec: {destination: {name: ratings}, match: {source: {name: reviews}}}
        """).Decides(
        "default/sleep > default/ratings TCP/22 : allow",
        "default/reviews-v1 > default/ratings TCP/9080 : deny");

    [Fact]
    public void The_mesh_s_own_ports_stay_open_between_members() => IstioWorld.With(Policy("ALLOW", "[]") + """

        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: default, annotations: {edgeagent.io/mesh: ambient}}
        """).Decides(
        "default/sleep > default/ratings TCP/15008 : allow",
        "default/sleep > default/ratings TCP/9080 : deny",
        "vm/mysqldb > default/ratings TCP/15008 : deny");

    [Fact]
    public void What_is_derived_follows_its_resources()
    {
        var world = IstioWorld.With(Policy("ALLOW", "[]"));
        var key = world.State.Derived.Policies[0].Key;
        var gone = EdgeAgent.Policy.PolicyEngine.Apply(world.State, EdgeAgent.Policy.Change.Delete(key with { Name = "p" })).State;

        Assert.Empty(gone.Derived.Policies);
        Assert.True(EdgeAgent.Policy.PolicyEngine.Decide(gone, new("default/sleep", "default/ratings", Contracts.IpProtocol.Tcp, 9080)).Allowed);
    }

    private static string Policy(string action, string rules, string name = "p") =>
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: " + name + ", namespace: default}\nspec:\n  selector: {matchLabels: {app: ratings}}\n  action: " + action + "\n  rules: " + rules.Trim() + "\n";
}
