using System.Text;
using EdgeAgent.Manifests;

namespace EdgeAgent.Benchmarks;

/// <summary>What reading manifests costs.</summary>
internal static class ManifestClaims
{
    private const int Documents = 10_000;

    /// <summary>Read and checked, as an apply does before it asks the engine.</summary>
    public static IEnumerable<Claim> Read()
    {
        var file = new ManifestFile("fleet.yaml", Encoding.UTF8.GetBytes(string.Join("---\n", Enumerable.Range(0, Documents).Select(Document))));
        var time = Median.Of(5, time => time(() =>
        {
            var set = ManifestReader.Read([file]);
            if (set.Resources.Count != Documents || set.HasErrors || ManifestReader.Check(set.Resources).Count > 0)
                throw new InvalidOperationException($"{set.Resources.Count} of {Documents} documents were read");
        }));
        yield return new("manifests.read", time, "ms", 3000, $"{Documents} documents of one file: hosts, and policies of three languages");
    }

    private static string Document(int number) => (number % 5) switch
    {
        0 => $$$"""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: policy-{{{number}}}, namespace: default}
            spec:
              podSelector: {matchLabels: {app: app-{{{number % 200}}}}}
              policyTypes: [Ingress]
              ingress:
              - from:
                - podSelector:
                    matchExpressions:
                    - {key: app, operator: In, values: [app-1, app-2]}
                - ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}
                ports:
                - {protocol: TCP, port: 8080}

            """,
        1 => $$$"""
            apiVersion: projectcalico.org/v3
            kind: GlobalNetworkPolicy
            metadata: {name: global-{{{number}}}}
            spec:
              order: {{{number}}}
              selector: app == 'app-{{{number % 200}}}' && !has(legacy)
              types: [Ingress]
              ingress:
              - action: Allow
                protocol: TCP
                source: {selector: "app in {'app-1', 'app-2'}", notNets: [10.0.0.0/24]}
                destination: {ports: [80, "8000:8100"]}

            """,
        2 => $$$"""
            apiVersion: edgeagent.io/v1
            kind: BookendPolicy
            metadata: {name: bookend-{{{number}}}, namespace: default}
            spec:
              from: [{selector: "app == 'app-{{{number % 200}}}'"}]
              to: [{selector: "app == 'app-{{{(number + 1) % 200}}}'"}]
              ports: [{protocol: TCP, port: 9080}]

            """,
        _ => $$$"""
            apiVersion: edgeagent.io/v1
            kind: Host
            metadata: {name: host-{{{number}}}, namespace: default, labels: {app: app-{{{number % 200}}}, version: v{{{number % 3}}}}}
            spec:
              addresses: [10.{{{number / 65536}}}.{{{number / 256 % 256}}}.{{{number % 256}}}, "fd00::{{{number:x}}}"]
              ports: [{name: http, protocol: TCP, port: 9080}]

            """,
    };
}
