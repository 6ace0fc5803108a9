using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

/// <summary>Policies that rest on other resources follow every change of these, in any order, as if all were read at once.</summary>
public sealed class IncrementalDerivationTests
{
    private const string World = """
        {apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: web, namespace: a, labels: {app: web}}, spec: {addresses: [10.0.0.1]}}
        ---
        {apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: db, namespace: a, labels: {app: db}}, spec: {addresses: [10.0.0.2], ports: [{name: sql, port: 5432}]}}
        ---
        {apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: spare, namespace: a, labels: {app: spare}}, spec: {addresses: [10.0.0.3]}}
        ---
        {apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: far, namespace: b, labels: {app: web}}, spec: {addresses: [10.0.1.1]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: db, namespace: a}, spec: {selector: {app: db}, ports: [{port: 1, targetPort: sql}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: a}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
        ---
        {apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: out, namespace: a}, spec: {selector: app == 'web', types: [Egress], egress: [{action: Allow, destination: {services: {name: db}}}]}}
        ---
        {apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: in}, spec: {selector: app == 'db', ingress: [{action: Allow, source: {services: {name: web, namespace: a}}}]}}
        ---
        {apiVersion: networking.istio.io/v1, kind: WorkloadGroup, metadata: {name: g, namespace: a}, spec: {metadata: {labels: {app: web}}, template: {ports: {http: 9000}, serviceAccount: web}}}
        ---
        {apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: far, namespace: a}, spec: {address: 10.0.1.1, labels: {app: web}, serviceAccount: far}}
        ---
        {apiVersion: config.istio.io/v1alpha2, kind: RouteRule, metadata: {name: r, namespace: a}, spec: {destination: {name: web}, match: {source: {name: db}}}}
        ---
        {apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: default, namespace: istio-system}, spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: ["./*"]}]}}
        ---
        {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: a}, spec: {selector: {matchLabels: {app: db}}, rules: [{from: [{source: {principals: ["cluster.local/ns/a/sa/web"]}}]}]}}
        """;

    private static readonly string[] _variants =
    [
        "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: a}, spec: {selector: {app: spare}, ports: [{port: 1, targetPort: 2}]}}",
        "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: out, namespace: a}, spec: {selector: app == 'web', types: [Egress], egress: [{action: Allow, protocol: TCP, destination: {ports: [7]}}]}}",
        "{apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: spare, namespace: a, labels: {app: web}}, spec: {addresses: [10.0.0.3]}}",
        "{apiVersion: networking.istio.io/v1, kind: WorkloadGroup, metadata: {name: g, namespace: a}, spec: {metadata: {labels: {app: spare}}, template: {ports: {http: 9001}}}}",
        "{apiVersion: edgeagent.io/v1, kind: Mesh, metadata: {name: default}, spec: {trustDomain: example.org, rootNamespace: b}}",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_order_of_changes_leads_to_what_all_at_once_gives(int seed)
    {
        var random = new Random(seed);
        var all = Resources(World).Concat(_variants.SelectMany(Resources)).ToArray();
        var present = new Dictionary<ResourceKey, Resource>();
        var state = EngineState.Empty;
        for (var step = 0; step < 120; step++)
        {
            var changed = Enumerable.Range(0, random.Next(1, 4)).Select(_ => all[random.Next(all.Length)]).DistinctBy(resource => resource.Key).ToArray();
            var isDeletion = random.Next(3) == 0;
            foreach (var resource in changed)
            {
                if (isDeletion)
                    present.Remove(resource.Key);
                else
                    present[resource.Key] = resource;
            }

            state = Accepted(state, isDeletion ? Change.Delete([.. changed.Select(resource => resource.Key)]) : Change.Of(changed));
            var atOnce = Accepted(EngineState.Empty, Change.Of([.. present.Values]));

            Assert.Equal(Verdicts(atOnce), Verdicts(state));
            Assert.Equal(atOnce.Derived.Policies.Select(policy => policy.ToString()).Order(), state.Derived.Policies.Select(policy => policy.ToString()).Order());
        }
    }

    private static EngineState Accepted(EngineState state, Change change)
    {
        var result = PolicyEngine.Apply(state, change);
        Assert.True(result.Accepted, string.Join('\n', result.Diagnostics));
        return result.State;
    }

    private static string Verdicts(EngineState state)
    {
        string[] ends = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.1", "192.0.2.1"];
        ushort[] ports = [1, 2, 7, 80, 5432, 8080, 9000, 9001];
        return string.Concat(
            from source in ends
            from destination in ends
            from port in ports
            select PolicyEngine.Decide(state, new(source, destination, IpProtocol.Tcp, port)).Allowed ? '.' : 'X');
    }

    private static IEnumerable<Resource> Resources(string yaml)
    {
        var set = ManifestReader.Read([new("w.yaml", Encoding.UTF8.GetBytes(yaml))]);
        Assert.False(set.HasErrors, string.Join('\n', set.Diagnostics));
        return set.Resources.Select(resource => resource.Model);
    }
}
