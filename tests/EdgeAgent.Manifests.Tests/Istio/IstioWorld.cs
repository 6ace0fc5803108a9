using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests.Istio;

/// <summary>Hosts and services of bookinfo, a second namespace, and what a test adds in Istio's languages.</summary>
internal sealed class IstioWorld
{
    private const string Fixed = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: productpage, namespace: default, labels: {app: productpage}}
        spec: {addresses: [10.0.0.1]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: reviews-v1, namespace: default, labels: {app: reviews, version: v1}}
        spec: {addresses: [10.0.0.2]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: reviews-v2, namespace: default, labels: {app: reviews, version: v2}}
        spec: {addresses: [10.0.0.3]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: ratings, namespace: default, labels: {app: ratings, version: v1}}
        spec: {addresses: [10.0.0.4], ports: [{name: web, protocol: TCP, port: 9080}]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: sleep, namespace: default, labels: {app: sleep}}
        spec: {addresses: [10.0.0.5]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: ingress, namespace: istio-system, labels: {istio: ingress}}
        spec: {addresses: [10.0.0.6]}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: mysqldb, namespace: vm, labels: {app: mysqldb}}
        spec: {addresses: [10.0.0.7]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: reviews, namespace: default}
        spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: ratings, namespace: default}
        spec: {selector: {app: ratings}, ports: [{name: http, port: 80, targetPort: web}, {name: admin, port: 81, targetPort: 9081}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: mysql, namespace: vm}
        spec: {selector: {app: mysqldb}, ports: [{name: tcp, port: 3306}]}
        ---
        """;

    private readonly EngineState _state;

    private IstioWorld(EngineState state, IReadOnlyList<Diagnostic> warnings) => (_state, Warnings) = (state, warnings);

    public IReadOnlyList<Diagnostic> Warnings { get; }

    public EngineState State => _state;

    public static IstioWorld With(string yaml)
    {
        var set = ManifestReader.Read([new("world.yaml", Encoding.UTF8.GetBytes(Fixed)), new("test.yaml", Encoding.UTF8.GetBytes(yaml))]);
        Assert.DoesNotContain(set.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        var applied = PolicyEngine.Apply(EngineState.Empty, new([.. set.Resources.Select(resource => resource.Model)], []));
        Assert.True(applied.Accepted, string.Join('\n', applied.Diagnostics));
        return new(applied.State, [.. set.Diagnostics, .. applied.Diagnostics]);
    }

    public static IReadOnlyList<string> Errors(string yaml) =>
        [.. ManifestReader.Read([new("test.yaml", Encoding.UTF8.GetBytes(yaml))]).Diagnostics
            .Where(diagnostic => diagnostic.Severity == Severity.Error).Select(diagnostic => diagnostic.ToString())];

    /// <summary>Asserts the verdict of each flow, written as <c>default/sleep > default/ratings TCP/9080 : deny</c>.</summary>
    public void Decides(params string[] flows)
    {
        foreach (var flow in flows)
        {
            var words = flow.Split([' ', '>', ':', '/'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var (from, to) = (End(words, 0, out var next), End(words, next, out next));
            Assert.True(IpProtocol.TryParse(words[next], out var protocol), flow);
            var decision = PolicyEngine.Decide(_state, new(from, to, protocol, ushort.Parse(words[next + 1], System.Globalization.CultureInfo.InvariantCulture)));
            Assert.True(decision.Allowed == (words[next + 2] == "allow"), $"{flow}, but it is {(decision.Allowed ? "allowed" : "denied")}");
        }
    }

    private static string End(string[] words, int at, out int next)
    {
        next = IpAddress.TryParse(words[at], out _) ? at + 1 : at + 2;
        return next == at + 1 ? words[at] : $"{words[at]}/{words[at + 1]}";
    }
}
