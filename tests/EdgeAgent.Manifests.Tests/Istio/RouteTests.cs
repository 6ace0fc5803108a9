namespace EdgeAgent.Manifests.Tests.Istio;

public sealed class RouteTests
{
    [Fact]
    public void A_route_with_a_source_closes_the_destination_but_for_its_edge_on_the_workloads_port() => IstioWorld.With("""
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: default}
        spec:
          destination: {name: ratings}
          match: {source: {name: reviews, labels: {version: v2}}}
          route: [{labels: {version: v1}, weight: 100}]
        """).Decides(
        "default/reviews-v2 > default/ratings TCP/9080 : allow",
        "default/reviews-v2 > default/ratings TCP/9081 : allow",
        "default/reviews-v2 > default/ratings TCP/80 : deny",
        "default/reviews-v1 > default/ratings TCP/9080 : deny",
        "default/sleep > default/ratings TCP/22 : deny",
        "10.9.9.9 > default/ratings TCP/9080 : deny",
        "default/sleep > default/ratings UDP/9080 : allow",
        "default/ratings > default/sleep TCP/80 : allow",
        "default/sleep > default/reviews-v1 TCP/9080 : allow");

    [Theory]
    [InlineData("{name: reviews, labels: {version: v2}}")]
    [InlineData("{name: reviews.default.svc.cluster.local, labels: {version: v2}}")]
    public void The_addresses_of_a_network_set_are_no_workloads_whatever_its_labels(string source) => IstioWorld.With($$"""
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: default}
        spec:
          destination: {name: ratings}
          match:
            source: {{source}}
          route: [{labels: {version: v1}, weight: 100}]
        ---
        apiVersion: projectcalico.org/v3
        kind: NetworkSet
        metadata: {name: everything, namespace: default, labels: {app: reviews, version: v2} }
        spec: {nets: [0.0.0.0/0]}
        """).Decides(
        "default/reviews-v2 > default/ratings TCP/9080 : allow",
        "default/sleep > default/ratings TCP/9080 : deny",
        "192.0.2.7 > default/ratings TCP/9080 : deny");

    [Fact]
    public void Hosts_that_no_route_leads_to_are_closed_and_routes_add_up() => IstioWorld.With("""
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: a, namespace: default}
        spec:
          destination: {name: reviews}
          match: {source: {name: ratings}, request: {headers: {cookie: {exact: x}}}}
          route: [{labels: {version: v1}}]
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: VirtualService
        metadata: {name: b, namespace: default}
        spec:
          hosts: [reviews]
          http:
          - match: [{sourceLabels: {app: productpage}, uri: {prefix: /x}}]
            route: [{destination: {host: reviews.default.svc.cluster.local}, weight: 0}]
        """).Decides(
        "default/ratings > default/reviews-v1 TCP/9080 : allow",
        "default/ratings > default/reviews-v2 TCP/9080 : deny",
        "default/productpage > default/reviews-v1 TCP/9080 : allow",
        "default/productpage > default/reviews-v2 TCP/9080 : allow",
        "default/sleep > default/reviews-v2 TCP/9080 : deny");

    [Fact]
    public void Subsets_mirrors_and_ports_of_a_virtual_service() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1beta1
        kind: DestinationRule
        metadata: {name: d, namespace: default}
        spec: {host: reviews, subsets: [{name: two, labels: {version: v2}}]}
        ---
        apiVersion: networking.istio.io/v1beta1
        kind: VirtualService
        metadata: {name: v, namespace: default}
        spec:
          hosts: [reviews]
          http:
          - match: [{sourceLabels: {app: productpage}}]
            route: [{destination: {host: reviews, subset: two}}]
            mirror: {host: ratings, port: {number: 81}}
        """).Decides(
        "default/productpage > default/reviews-v2 TCP/9080 : allow",
        "default/productpage > default/reviews-v1 TCP/9080 : deny",
        "default/productpage > default/ratings TCP/9081 : allow",
        "default/productpage > default/ratings TCP/9080 : deny");

    [Fact]
    public void A_gateway_is_the_source_of_what_is_bound_to_it() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: front, namespace: istio-system}
        spec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v, namespace: default}
        spec: {hosts: ['*'], gateways: [istio-system/front], http: [{route: [{destination: {host: ratings}}]}]}
        """).Decides(
        "istio-system/ingress > default/ratings TCP/9080 : allow",
        "default/sleep > default/ratings TCP/9080 : deny");

    [Fact]
    public void A_route_without_a_source_closes_only_where_the_namespace_asks_for_it()
    {
        const string Route = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: default}
            spec: {hosts: [ratings], http: [{route: [{destination: {host: ratings}}]}]}
            """;
        IstioWorld.With(Route).Decides("vm/mysqldb > default/ratings TCP/22 : allow");
        IstioWorld.With(Route + Namespace("edgeagent.io/routes-isolate: \"true\"")).Decides(
            "default/sleep > default/ratings TCP/9080 : allow",
            "default/sleep > default/ratings TCP/22 : deny",
            "vm/mysqldb > default/ratings TCP/9080 : deny");
        IstioWorld.With(Route + Namespace("edgeagent.io/routes-isolate: \"true\", edgeagent.io/route-callers: mesh")).Decides(
            "vm/mysqldb > default/ratings TCP/9080 : allow",
            "10.9.9.9 > default/ratings TCP/9080 : deny");
        IstioWorld.With(Route + Namespace("edgeagent.io/routes-isolate: \"true\", edgeagent.io/route-callers: none")).Decides(
            "default/sleep > default/ratings TCP/9080 : deny");
    }

    [Fact]
    public void Delegates_redirects_and_exports_narrow_or_add_callers() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: root, namespace: default}
        spec:
          hosts: [reviews]
          exportTo: [.]
          http:
          - match: [{sourceLabels: {app: sleep}}]
            delegate: {name: rest, namespace: vm}
          - match: [{sourceNamespace: vm}]
            redirect: {authority: "ratings:80"}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: rest, namespace: vm}
        spec: {http: [{route: [{destination: {host: mysql}}]}]}
        """).Decides(
        "default/sleep > vm/mysqldb TCP/3306 : allow",
        "default/productpage > vm/mysqldb TCP/3306 : deny",
        "vm/mysqldb > default/ratings TCP/9080 : deny",
        "default/sleep > default/ratings TCP/9080 : deny");

    [Fact]
    public void A_workload_entry_has_its_own_number_for_a_port() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: ratings-vm, namespace: default}
        spec: {address: 10.0.0.4, labels: {app: ratings}, ports: {admin: 7000}}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: default}
        spec: {destination: {name: ratings}, match: {source: {name: reviews}}}
        """).Decides(
        "default/reviews-v1 > default/ratings TCP/7000 : allow",
        "default/reviews-v1 > default/ratings TCP/9081 : deny",
        "default/reviews-v1 > default/ratings TCP/9080 : allow");

    [Fact]
    public void Names_that_nothing_describes_are_reported_and_open_nothing()
    {
        var world = IstioWorld.With("""
            apiVersion: config.istio.io/v1alpha2
            kind: RouteRule
            metadata: {name: r, namespace: default}
            spec: {destination: {name: ratings}, match: {source: {name: nobody}}}
            """);
        world.Decides("default/reviews-v1 > default/ratings TCP/9080 : deny");
        Assert.Contains(world.Warnings, warning => warning.Message.Contains("'nobody'", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_languages_still_have_their_say() => IstioWorld.With("""
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: default}
        spec: {destination: {name: ratings}, match: {source: {name: reviews}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-v1, namespace: default}
        spec: {podSelector: {matchLabels: {app: ratings}}, ingress: [{from: [{podSelector: {matchLabels: {version: v1}}}, {podSelector: {matchLabels: {app: sleep}}}]}]}
        """).Decides(
        "default/reviews-v1 > default/ratings TCP/9080 : allow",
        "default/reviews-v2 > default/ratings TCP/9080 : deny",
        "default/sleep > default/ratings TCP/9080 : deny");

    private static string Namespace(string annotations) =>
        $"\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  annotations: {{{annotations}}}\n";
}
