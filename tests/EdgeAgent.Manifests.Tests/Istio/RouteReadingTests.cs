namespace EdgeAgent.Manifests.Tests.Istio;

/// <summary>What of a route's resources counts for whom, as Istio reads them.</summary>
public sealed class RouteReadingTests
{
    private const string ToRatings = "\n  http: [{match: [{sourceLabels: {app: productpage}}], route: [{destination: {host: ratings.default.svc.cluster.local";

    [Fact]
    public void A_source_without_a_name_is_of_the_rules_namespace() => IstioWorld.With("""
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: vm}
        spec: {destination: {name: ratings, namespace: default}, match: {source: {labels: {app: sleep}}}}
        ---
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: sleep, namespace: vm, labels: {app: sleep}}
        spec: {addresses: [10.0.1.1]}
        """).Decides(
        "vm/sleep > default/ratings TCP/9080 : allow",
        "default/sleep > default/ratings TCP/9080 : deny");

    [Fact]
    public void A_subset_is_what_the_clients_namespace_says_then_the_services()
    {
        const string World = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: default}
            spec: {hosts: [reviews], http: [{match: [{sourceLabels: {app: sleep}}, {sourceLabels: {app: mysqldb}}], route: [{destination: {host: reviews, subset: two}}]}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: z, namespace: default}
            spec: {host: reviews, subsets: [{name: two, labels: {version: v2}}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: a, namespace: vm}
            spec: {host: reviews.default.svc.cluster.local, subsets: [{name: two, labels: {version: v1}}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: a, namespace: elsewhere}
            spec: {host: "*.default.svc.cluster.local", subsets: [{name: two, labels: {}}]}
            """;
        IstioWorld.With(World).Decides(
            "default/sleep > default/reviews-v2 TCP/9080 : allow",
            "default/sleep > default/reviews-v1 TCP/9080 : deny",
            "vm/mysqldb > default/reviews-v1 TCP/9080 : allow",
            "vm/mysqldb > default/reviews-v2 TCP/9080 : deny");
        IstioWorld.With(World.Replace("labels: {version: v2}}]}", "labels: {version: v2}}], exportTo: [vm]}", StringComparison.Ordinal).Replace("subsets: [{name: two, labels: {version: v1}}]", "subsets: []", StringComparison.Ordinal)).Decides(
            "default/sleep > default/reviews-v2 TCP/9080 : allow",
            "default/sleep > default/reviews-v1 TCP/9080 : deny",
            "vm/mysqldb > default/reviews-v1 TCP/9080 : deny",
            "vm/mysqldb > default/reviews-v2 TCP/9080 : deny");
    }

    [Fact]
    public void A_subset_of_many_services_is_one_of_each_unless_a_rule_speaks_of_it_alone()
    {
        const string World = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: v, namespace: default}
            spec: {hosts: [reviews], http: [{match: [{sourceLabels: {app: sleep}}], route: [{destination: {host: reviews, subset: two}}]}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: all, namespace: default}
            spec: {host: "*.default.svc.cluster.local", subsets: [{name: two, labels: {version: v2}}]}
            """;
        IstioWorld.With(World).Decides("default/sleep > default/reviews-v2 TCP/9080 : allow", "default/sleep > default/reviews-v1 TCP/9080 : deny");
        IstioWorld.With(World + "\n---\n" + """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: one, namespace: default}
            spec: {host: reviews, subsets: [{name: other, labels: {version: v2}}]}
            """).Decides("default/sleep > default/reviews-v2 TCP/9080 : deny");
    }

    [Fact]
    public void A_short_name_is_a_service_of_the_namespace_whatever_an_entry_is_called() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: e, namespace: vm}
        spec: {hosts: [ratings], resolution: STATIC, ports: [{number: 22, name: ssh, protocol: TCP}], endpoints: [{address: 10.0.0.4}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v, namespace: default}
        spec: {hosts: [ratings], http: [{match: [{sourceLabels: {app: productpage}}], route: [{destination: {host: ratings}}]}]}
        """).Decides(
        "default/productpage > default/ratings TCP/9080 : allow",
        "default/productpage > default/ratings TCP/22 : deny");

    [Fact]
    public void A_port_that_is_matched_is_the_one_that_is_called_where_the_destination_names_none()
    {
        IstioWorld.With(Virtual("v", "\n  hosts: [ratings]\n  http: [{match: [{sourceLabels: {app: productpage}, port: 81}], route: [{destination: {host: ratings}}, {destination: {host: reviews}}]}]")).Decides(
            "default/productpage > default/ratings TCP/9081 : allow",
            "default/productpage > default/ratings TCP/9080 : deny",
            "default/productpage > default/reviews-v1 TCP/9080 : allow");
        IstioWorld.With(Virtual("v", "\n  hosts: [ratings]\n  tcp: [{match: [{sourceLabels: {app: productpage}, port: 9999}], route: [{destination: {host: ratings, port: {number: 80}}}]}]")).Decides(
            "default/productpage > default/ratings TCP/9080 : allow",
            "default/productpage > default/ratings TCP/9081 : deny");
    }

    [Theory]
    [InlineData("{authority: \"ratings:81\"}")]
    [InlineData("{authority: ratings, port: 81}")]
    [InlineData("{authority: \"ratings:80\", port: 81}")]
    public void A_redirect_leads_to_the_port_that_it_names(string redirect) =>
        IstioWorld.With(Virtual("v", "\n  hosts: [reviews]\n  http: [{match: [{sourceLabels: {app: productpage}, port: 9999}], redirect: " + redirect + "}]")).Decides(
            "default/productpage > default/ratings TCP/9081 : allow",
            "default/productpage > default/ratings TCP/9080 : deny");

    [Fact]
    public void A_delegate_is_exported_to_the_route_and_has_no_hosts()
    {
        const string Root = "\n  hosts: [x.example.com]\n  http: [{match: [{sourceLabels: {version: v1}}], delegate: {name: rest, namespace: vm}}]";
        const string Reviews = "default/reviews-v1 > default/ratings TCP/9080";
        IstioWorld.With(Virtual("v", Root) + Virtual("rest", "\n  http: [{route: [{destination: {host: ratings.default.svc.cluster.local}}]}]", "vm") + Virtual("w", "\n  hosts: [ratings]" + ToRatings + "}}]}]"))
            .Decides($"{Reviews} : allow");
        IstioWorld.With(Virtual("v", Root) + Virtual("rest", "\n  exportTo: [.]\n  http: [{route: [{destination: {host: ratings.default.svc.cluster.local}}]}]", "vm") + Virtual("w", "\n  hosts: [ratings]" + ToRatings + "}}]}]"))
            .Decides($"{Reviews} : deny");
        IstioWorld.With(Virtual("v", Root) + Virtual("rest", "\n  hosts: [y.example.com]" + ToRatings + "}}]}]", "vm")).Decides($"{Reviews} : deny");
    }

    [Fact]
    public void A_delegate_delegates_no_further()
    {
        const string Root = "\n  hosts: [x.example.com]\n  http: [{match: [{sourceLabels: {version: v1}}], delegate: {name: rest}}]";
        const string Anybody = "\n  http: [{route: [{destination: {host: ratings}}]}]", Closing = "\n  hosts: [ratings]" + ToRatings + "}}]}]";
        var world = IstioWorld.With(
            Virtual("v", Root) + Virtual("rest", "\n  http: [{delegate: {name: more}}, {route: [{destination: {host: details}}]}]") + Virtual("more", Anybody) + Virtual("w", Closing));
        world.Decides("default/reviews-v1 > default/ratings TCP/9080 : deny");
        Assert.Contains(world.Warnings, warning => warning.Message.Contains("delegates further", StringComparison.Ordinal));
        IstioWorld.With(Virtual("v", Root) + Virtual("rest", Anybody) + Virtual("w", Closing)).Decides("default/reviews-v1 > default/ratings TCP/9080 : allow");
    }

    [Fact]
    public void A_delegate_adds_no_callers_to_those_that_are_led_to_it()
    {
        const string Gateway = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: front, namespace: istio-system}\nspec: {selector: {istio: ingress}, servers: []}\n---\n";
        const string Rest = "\n  http: [{match: [{gateways: [istio-system/front]}], route: [{destination: {host: ratings}}]}]";
        const string Closing = "\n  hosts: [ratings]" + ToRatings + "}}]}]";
        IstioWorld.With(Gateway + Virtual("v", "\n  hosts: [x.example.com]\n  http: [{match: [{sourceLabels: {app: sleep}}], delegate: {name: rest}}]") + Virtual("rest", Rest) + Virtual("w", Closing)).Decides(
            "istio-system/ingress > default/ratings TCP/9080 : deny",
            "default/sleep > default/ratings TCP/9080 : deny");
        IstioWorld.With(Gateway + Virtual("v", "\n  hosts: [x.example.com]\n  gateways: [istio-system/front]\n  http: [{match: [{sourceNamespace: vm}], delegate: {name: rest}}]") + Virtual("rest", Rest) + Virtual("w", Closing))
            .Decides("istio-system/ingress > default/ratings TCP/9080 : deny");
        IstioWorld.With(Gateway + Virtual("v", "\n  hosts: [x.example.com]\n  gateways: [istio-system/front]\n  http: [{delegate: {name: rest}}]") + Virtual("rest", Rest))
            .Decides("istio-system/ingress > default/ratings TCP/9080 : allow");
    }

    [Fact]
    public void An_entrys_number_for_a_target_port_by_name_comes_before_the_hosts_own() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: ratings-vm, namespace: default}
        spec: {address: 10.0.0.4, labels: {app: ratings}, ports: {web: 7000}}
        ---
        apiVersion: config.istio.io/v1alpha2
        kind: RouteRule
        metadata: {name: r, namespace: default}
        spec: {destination: {name: ratings}, match: {source: {name: reviews}}}
        """).Decides(
        "default/reviews-v1 > default/ratings TCP/7000 : allow",
        "default/reviews-v1 > default/ratings TCP/9080 : deny");

    private static string Virtual(string name, string spec, string place = "default") =>
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}, namespace: {place}}}\nspec:{spec}\n---\n";
}
