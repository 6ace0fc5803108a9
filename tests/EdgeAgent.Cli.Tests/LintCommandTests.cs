using System.Text.Json;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests;

public sealed class LintCommandTests
{
    private const string Hosts = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: web, namespace: default, labels: {app: web}}
        spec: {addresses: [10.0.0.1], ports: [{name: http, protocol: TCP, port: 80}]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: db, namespace: default, labels: {app: db}}
        spec: {addresses: [10.0.0.2]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: other, namespace: default, labels: {app: other}}
        spec: {addresses: [10.0.0.3]}
        ---

        """;

    [Theory]
    [InlineData("selects-nothing", 16, """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {podSelector: {matchLabels: {app: nobody}}, policyTypes: [Ingress]}
        """)]
    [InlineData("matches-nothing", 20, """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {podSelector: {matchLabels: {app: db}}, ingress: [
            {from: [{podSelector: {matchLabels: {app: nobody}}}]}]}
        """)]
    [InlineData("matches-nothing", 20, """
        apiVersion: projectcalico.org/v3
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {selector: app == 'db', ingress: [
            {action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: [80], notPorts: ["1:100"]}}]}
        """)]
    [InlineData("shadowed-rule", 21, """
        apiVersion: projectcalico.org/v3
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {selector: app == 'db', types: [Ingress], ingress: [
            {action: Deny, protocol: TCP, source: {selector: has(app)}},
            {action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: [80]}}]}
        """)]
    [InlineData("redundant-rule", 21, """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {podSelector: {matchLabels: {app: db}}, ingress: [
            {from: [{podSelector: {}}]},
            {from: [{podSelector: {matchLabels: {app: web}}}]}]}
        """)]
    [InlineData("open-to-world", 20, """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {podSelector: {matchLabels: {app: db}}, ingress: [
            {from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}
        """)]
    [InlineData("half-bookend", 20, """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [
            {to: [{podSelector: {matchLabels: {app: db}}}]}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: closed, namespace: default}
        spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}
        """)]
    [InlineData("unresolved-port", 20, """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {podSelector: {matchLabels: {app: db}}, ingress: [
            {ports: [{port: metrics}], from: [{podSelector: {matchLabels: {app: web}}}]}]}
        """)]
    [InlineData("unresolved-name", 20, """
        apiVersion: projectcalico.org/v3
        kind: NetworkPolicy
        metadata: {name: p, namespace: default}
        spec: {selector: app == 'web', types: [Egress], egress: [
            {action: Allow, destination: {services: {name: nothing, namespace: default}}}]}
        """)]
    public async Task Each_finding_has_a_code_a_place_and_a_remedy(string code, int line, string policy)
    {
        var run = await CommandRun.With(new() { Input = Hosts + policy }, "lint", "-f", "-", "-o", "json");

        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(run.Output);
        var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToList();
        var found = findings.Find(finding => finding.GetProperty("code").GetString() == code);
        Assert.True(found.ValueKind == JsonValueKind.Object, run.Output);
        Assert.Equal(("<stdin>", line), (found.GetProperty("file").GetString(), found.GetProperty("line").GetInt32()));
        Assert.True(found.GetProperty("column").GetInt32() > 0);
        Assert.Equal("p", found.GetProperty("resource").GetProperty("name").GetString());
        Assert.NotEmpty(found.GetProperty("remedy").GetString()!);
        Assert.Equal("warning", found.GetProperty("severity").GetString());
    }

    [Fact]
    public async Task A_shadowed_rule_is_said_with_those_before_it_and_a_half_bookend_with_what_denies()
    {
        var shadowed = await CommandRun.With(new() { Input = Hosts + """
            apiVersion: projectcalico.org/v3
            kind: GlobalNetworkPolicy
            metadata: {name: first}
            spec: {order: 1, selector: app == 'db', types: [Ingress], ingress: [{action: Deny, protocol: TCP}]}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: grant, namespace: default}
            spec: {podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}], from: [{podSelector: {matchLabels: {app: web}}}]}]}
            """ }, "lint", "-f", "-");
        Assert.Contains("warning: shadowed-rule: NetworkPolicy default/grant", shadowed.Output, StringComparison.Ordinal);
        Assert.Contains("GlobalNetworkPolicy first", shadowed.Lines.Single(line => line.Contains("shadowed-rule", StringComparison.Ordinal)), StringComparison.Ordinal);

        var half = await CommandRun.With(new() { Input = Hosts + """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: grant, namespace: default}
            spec: {podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}], from: [{podSelector: {matchLabels: {app: web}}}]}]}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: closed, namespace: default}
            spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}
            """ }, "lint", "-f", "-");
        Assert.Contains("the egress of default/web is denied by the end of NetworkPolicy default/closed (<stdin>:", half.Output, StringComparison.Ordinal);
        Assert.Equal(1, half.ExitCode);
    }

    [Fact]
    public async Task What_is_as_it_should_be_has_no_findings_and_what_is_for_information_is_no_failure()
    {
        var clean = await CommandRun.Of("lint", "-f", Bookinfo.Path(Bookinfo.Hosts), Bookinfo.Path(Bookinfo.DefaultDeny), Bookinfo.Path(Bookinfo.WithoutLimits));
        Assert.Equal(0, clean.ExitCode);
        Assert.Contains("info: open-to-world: NetworkPolicy default/outside-to-ingress", Assert.Single(clean.Lines), StringComparison.Ordinal);

        var info = await CommandRun.With(new() { Input = Hosts + """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: public, namespace: default}
            spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 443}]}]}
            """ }, "lint", "-f", "-");
        Assert.Equal(0, info.ExitCode);
        Assert.Contains("info: open-to-world: NetworkPolicy default/public ingress[0]: allows TCP/443 from any address of the world", info.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_are_bad_input()
    {
        var run = await CommandRun.With(new() { Input = Hosts.Replace("10.0.0.3", "10.0.0.300", StringComparison.Ordinal) }, "lint", "-f", "-");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("<stdin>:", run.Error, StringComparison.Ordinal);
    }
}
