namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Documents that tests apply.</summary>
internal static class Yaml
{
    public const string Annotation = """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: default
          annotations:
            net.beta.kubernetes.io/network-policy: '{"ingress":{"isolation":"DefaultDeny"}}'
        """;

    /// <summary>Allows one application to reach another.</summary>
    public static string Policy(string name, string from, string to, int port = 9080) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: {{name}}, namespace: default}
        spec:
          podSelector:
            matchLabels: {app: {{to}}}
          ingress:
          - ports: [{protocol: TCP, port: {{port}}}]
            from:
            - podSelector:
                matchLabels: {app: {{from}}}
        """;

    public static string Host(string name, string? address, string app) => $$"""
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata:
          name: {{name}}
          namespace: default
          labels: {app: {{app}}}
        spec: {addresses: [{{(address is null ? "" : $"\"{address}\"")}}]}
        """;

    public static string Join(params IEnumerable<string> documents) => string.Join("\n---\n", documents);
}
