namespace EdgeAgent.Manifests.Tests;

/// <summary>The manifests of "Network Policy and Istio: Deep Dive" (Calico, 2017) as they were published.</summary>
internal static class Bookinfo
{
    public const string DefaultDeny = """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: default
          annotations:
            net.beta.kubernetes.io/network-policy: '{"ingress":{"isolation":"DefaultDeny"}}'
        """;

    public const string Policies = """
        apiVersion: extensions/v1beta1
        kind: NetworkPolicy
        metadata: {name: calico-from-ingress-to-ppage, namespace: default}
        spec:
          podSelector: {matchLabels: {app: productpage}}
          ingress: [{from: [{podSelector: {matchLabels: {istio: ingress}}}]}]
        ---
        apiVersion: extensions/v1beta1
        kind: NetworkPolicy
        metadata: {name: calico-from-productpage-to-reviews, namespace: default}
        spec:
          podSelector:
            matchLabels: {app: reviews}
            matchExpressions: [{key: version, operator: In, values: [v1, v2, v3]}]
          ingress: [{from: [{podSelector: {matchLabels: {app: productpage, version: v1}}}]}]
        ---
        apiVersion: extensions/v1beta1
        kind: NetworkPolicy
        metadata: {name: calico-from-productpagev1-to-detailsv1, namespace: default}
        spec:
          podSelector: {matchLabels: {app: details, version: v1}}
          ingress: [{from: [{podSelector: {matchLabels: {app: productpage, version: v1}}}]}]
        ---
        apiVersion: extensions/v1beta1
        kind: NetworkPolicy
        metadata: {name: calico-from-reviews-to-ratings, namespace: default}
        spec:
          podSelector: {matchLabels: {app: ratings}}
          ingress: [{from: [{podSelector: {matchLabels: {app: reviews}}}]}]
        """;

    public const string Ratings = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: ratings-1, namespace: default, labels: {app: ratings, version: v1}}
        spec:
          addresses: [10.0.0.6, "fd00::6"]
          ports: [{name: http, protocol: TCP, port: 9080}]
        """;

    public const string ReviewsToRatings = """
        apiVersion: edgeagent.io/v1
        kind: BookendPolicy
        metadata: {name: reviews-to-ratings, namespace: default}
        spec:
          from:  [{selector: "app == 'reviews'"}]        # also namespaceSelector, cidrs, except, domains
          to:    [{selector: "app == 'ratings'"}]
          ports: [{protocol: TCP, port: 9080}]           # port, endPort, name; absent = all
          action: Allow                                  # Allow | Deny
          mode: Enforce                                  # Enforce | Audit
        """;

    public static string All => string.Join("\n---\n", DefaultDeny, Policies, Ratings, ReviewsToRatings);
}
