using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

public sealed class NativeTests
{
    [Fact]
    public void A_host_may_leave_out_what_its_agent_reports()
    {
        var host = Reading.One<EndpointResource>("apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {name: a, namespace: vm}\n");

        Assert.Equal(new("Host", "vm", "a"), host.Key);
        Assert.Equal((EnforcementMode.Enforce, UndecidedTraffic.Allow), (host.Mode, host.Undecided));
        Assert.True(host.Addresses.IsEmpty);
    }

    [Theory]
    [InlineData("Enforce", EnforcementMode.Enforce)]
    [InlineData("Audit", EnforcementMode.Audit)]
    [InlineData("\"Off\"", EnforcementMode.Off)]
    [InlineData("Quarantine", EnforcementMode.Quarantine)]
    public void Modes_of_hosts(string mode, EnforcementMode expected) =>
        Assert.Equal(expected, Reading.One<EndpointResource>($"apiVersion: edgeagent.io/v1\nkind: Host\nmetadata: {{name: a}}\nspec: {{mode: {mode}}}\n").Mode);

    [Theory]
    [InlineData("spec: {bookend: Destination}", "", BookendPlacement.Destination)]
    [InlineData("spec: {bookend: Both}", "", BookendPlacement.Both)]
    [InlineData("", "edgeagent.io/bookend: Destination", BookendPlacement.Destination)]
    [InlineData("spec: {bookend: Destination, finalizers: [kubernetes]}", "edgeagent.io/bookend: Destination", BookendPlacement.Destination)]
    [InlineData("status: {phase: Active}", "", BookendPlacement.Both)]
    public void Where_a_namespace_is_enforced(string spec, string annotation, BookendPlacement expected) =>
        Assert.Equal(expected, Reading.One<NamespaceResource>(Space(spec, annotation)).Bookend);

    [Theory]
    [InlineData("spec: {bookend: Source}", "", "in.yaml:4:17: error: Namespace a: spec.bookend: the string 'Source'; expected Both or Destination")]
    [InlineData("", "edgeagent.io/bookend: destination", "in.yaml:3:57: error: Namespace a: metadata.annotations[edgeagent.io/bookend]: the string 'destination'; expected Both or Destination (did you mean Destination?)")]
    [InlineData("", "edgeagent.io/bokend: Destination", "in.yaml:3:56: error: Namespace a: metadata.annotations[edgeagent.io/bokend]: unknown setting 'edgeagent.io/bokend'; did you mean edgeagent.io/bookend?")]
    [InlineData("spec: {bookend: Both}", "edgeagent.io/bookend: Destination", "in.yaml:3:57: error: Namespace a: metadata.annotations[edgeagent.io/bookend]: the annotation says Destination where the namespace also says Both; expected one of the two, or the same everywhere")]
    public void Wrong_settings_of_a_namespace(string spec, string annotation, string message) => Assert.Equal(message, Reading.Error(Space(spec, annotation)));

    [Fact]
    public void A_policy_for_several_namespaces_and_blocks()
    {
        var policy = Policy("from: [{namespaceSelector: \"team == 'x'\"}, {cidrs: [10.0.0.0/8, 192.0.2.1], except: [10.1.0.0/16]}], to: [{selector: has(db), namespaceSelector: all()}], isolate: Both");

        Assert.Equal(
            [
                PeerMatch.Of(new EndpointMatch { NamespaceSelector = Selector.Parse("team == 'x'") }),
                PeerMatch.Of([Cidr.Parse("10.0.0.0/8"), Cidr.Parse("192.0.2.1/32")], [Cidr.Parse("10.1.0.0/16")]),
            ],
            policy.Egress!.Subjects);
        Assert.Equal([PeerMatch.Of(new EndpointMatch { NamespaceSelector = Selector.All, Selector = Selector.Has("db") })], policy.Ingress!.Subjects);
        Assert.True(policy.Egress.Isolates);
    }

    [Fact]
    public void Without_sources_anybody_is_meant()
    {
        var policy = Policy("to: [{selector: all()}]");

        Assert.Null(policy.Ingress!.Rules[0].Peers);
        Assert.Equal([PeerMatch.Any], policy.Egress!.Subjects);
        Assert.False(policy.Egress.Isolates);
    }

    [Fact]
    public void A_deny_comes_before_grants_and_isolates_nothing()
    {
        var policy = Policy("from: [{selector: app == 'sleep'}], to: [{selector: all()}], action: Deny");

        Assert.True(policy.PrecedesEquals);
        Assert.Equal(1000, policy.Order);
        Assert.False(policy.Ingress!.Isolates || policy.Egress!.Isolates);
        Assert.Equal(Verdict.Deny, policy.Ingress.Rules[0].Verdict);
    }

    [Theory]
    [InlineData("order: 5", 5.0)]
    [InlineData("order: -1.5", -1.5)]
    [InlineData("order: 1e3", 1000.0)]
    public void Order(string order, double expected) => Assert.Equal(expected, Policy($"to: [{{selector: all()}}], {order}").Order);

    [Fact]
    public void Audit_and_no_isolation()
    {
        var policy = Policy("to: [{selector: all()}], mode: Audit, isolate: None");

        Assert.Equal(PolicyMode.Audit, policy.Mode);
        Assert.False(policy.Ingress!.Isolates);
    }

    [Theory]
    [InlineData("{port: 80, endPort: 90}", "TCP", "80-90", null)]
    [InlineData("{name: http, protocol: UDP}", "UDP", null, "http")]
    [InlineData("{protocol: ICMPv6}", "ICMPv6", null, null)]
    public void Ports(string port, string protocol, string? range, string? name)
    {
        var traffic = Assert.Single(Policy($"to: [{{selector: all()}}], ports: [{port}]").Ingress!.Rules[0].Traffic!.Value);

        Assert.Equal(protocol, traffic.Protocol!.Value.Protocol.ToString());
        Assert.Equal((range, name), (traffic.Ports?.Ranges.Select(ports => ports.ToString()).SingleOrDefault(), traffic.Ports?.Names.SingleOrDefault()));
    }

    [Fact]
    public void Isolating_the_whole_internet_is_pointed_out() =>
        Assert.StartsWith("in.yaml:4:13: warning: BookendPolicy default/b: spec.to[0]: closes the ingress of every host", Reading.Warning(Text("to: [{cidrs: [0.0.0.0/0]}]")), StringComparison.Ordinal);

    private static PolicyResource Policy(string spec) => Reading.One<PolicyResource>(Text(spec));

    private static string Text(string spec) => $"apiVersion: edgeagent.io/v1\nkind: BookendPolicy\nmetadata: {{name: b}}\nspec: {{{spec}}}\n";

    private static string Space(string spec, string annotation) => $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: a, annotations: {{{annotation}}}}}\n{spec}\n";
}
