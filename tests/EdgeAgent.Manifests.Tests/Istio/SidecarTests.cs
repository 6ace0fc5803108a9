namespace EdgeAgent.Manifests.Tests.Istio;

public sealed class SidecarTests
{
    [Fact]
    public void Registry_only_closes_the_egress_but_for_imports() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: s, namespace: default}
        spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: [./*, ~default/ratings.default.svc.cluster.local]}]}
        """).Decides(
        "default/sleep > default/reviews-v1 TCP/9080 : allow",
        "default/sleep > default/reviews-v1 TCP/22 : deny",
        "default/sleep > default/ratings TCP/9080 : deny",
        "default/sleep > vm/mysqldb TCP/3306 : deny",
        "default/sleep > 192.0.2.1 UDP/53 : allow",
        "vm/mysqldb > default/sleep TCP/80 : allow");

    [Theory]
    [InlineData("")]
    [InlineData(", egress: []")]
    public void A_sidecar_that_names_no_imports_imports_all_services(string egress) => IstioWorld.With($$"""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: s, namespace: default}
        spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}{{egress}}}
        """).Decides(
        "default/sleep > vm/mysqldb TCP/3306 : allow",
        "default/sleep > default/reviews-v1 TCP/22 : deny",
        "default/sleep > 192.0.2.1 TCP/443 : deny");

    [Fact]
    public void A_workload_has_one_sidecar_its_own_before_its_namespaces_before_the_roots() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: root, namespace: istio-system}
        spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: [~/*]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: space, namespace: default}
        spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: [vm/*]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: own, namespace: default}
        spec: {workloadSelector: {labels: {app: sleep}}, outboundTrafficPolicy: {mode: ALLOW_ANY}}
        """).Decides(
        "vm/mysqldb > default/ratings TCP/9080 : deny",
        "istio-system/ingress > default/ratings TCP/9080 : deny",
        "default/productpage > vm/mysqldb TCP/3306 : allow",
        "default/productpage > default/ratings TCP/9080 : deny",
        "default/sleep > 192.0.2.1 TCP/443 : allow");

    [Fact]
    public void Without_registry_only_egress_stays_open() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: s, namespace: default}
        spec: {egress: [{hosts: [./*]}]}
        """).Decides("default/sleep > vm/mysqldb TCP/3306 : allow", "default/sleep > 192.0.2.1 TCP/443 : allow");

    [Theory]
    [InlineData("elsewhere", "workloadSelector: {labels: {app: sleeper}}, ")]
    [InlineData("elsewhere", "")]
    [InlineData("istio-system", "")]
    public void A_host_has_the_sidecar_of_the_workload_that_an_entry_at_its_address_describes(string place, string selector) => IstioWorld.With($$"""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: s, namespace: {{place}} }
        spec: { {{selector}}outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: [vm/*]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: sleep, namespace: elsewhere}
        spec: {address: 10.0.0.5, labels: {app: sleeper} }
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: own, namespace: default}
        spec: {outboundTrafficPolicy: {mode: ALLOW_ANY} }
        """).Decides(
        "default/sleep > default/ratings TCP/9080 : deny",
        "default/sleep > vm/mysqldb TCP/3306 : allow",
        "default/productpage > default/ratings TCP/9080 : allow");

    [Fact]
    public void The_roots_sidecar_is_about_workloads_which_a_host_endpoint_is_not() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: s, namespace: istio-system}
        spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: [vm/*]}]}
        ---
        apiVersion: projectcalico.org/v3
        kind: HostEndpoint
        metadata: {name: node}
        spec: {node: node, expectedIPs: [10.0.1.9], profiles: [projectcalico-default-allow]}
        """).Decides("10.0.1.9 > default/ratings TCP/9080 : allow", "default/sleep > default/ratings TCP/9080 : deny");

    [Fact]
    public void The_mesh_s_own_ports_are_open_to_a_host_that_an_entry_describes_as_a_member() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: sleep, namespace: elsewhere}
        spec: {address: 10.0.0.5}
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: elsewhere, annotations: {edgeagent.io/mesh: sidecar}}
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: vm, annotations: {edgeagent.io/mesh: sidecar}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: nothing, namespace: default}
        spec: {podSelector: {}}
        """).Decides("vm/mysqldb > default/sleep TCP/15008 : allow", "vm/mysqldb > default/sleep TCP/80 : deny", "default/ratings > default/sleep TCP/15008 : deny");

    [Fact]
    public void A_service_entry_is_imported_by_its_endpoints_and_selectors() => IstioWorld.With("""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: out, namespace: default}
        spec:
          hosts: [api.example.com]
          resolution: STATIC
          ports: [{number: 443, name: tls, protocol: TLS}]
          endpoints: [{address: 192.0.2.1}, {address: 192.0.2.2, ports: {tls: 8443}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: vm, namespace: vm}
        spec: {hosts: [db.example.com], resolution: STATIC, ports: [{number: 1, name: db, protocol: TCP, targetPort: 3306}], workloadSelector: {labels: {app: mysqldb}}}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: s, namespace: default}
        spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}, egress: [{hosts: ["*/*.example.com"]}]}
        """).Decides(
        "default/sleep > 192.0.2.1 TCP/443 : allow",
        "default/sleep > 192.0.2.2 TCP/8443 : allow",
        "default/sleep > 192.0.2.2 TCP/443 : deny",
        "default/sleep > vm/mysqldb TCP/3306 : allow",
        "default/sleep > vm/mysqldb TCP/1 : deny");

    [Fact]
    public void Resolution_none_with_a_tcp_port_and_no_addresses_is_refused() => Assert.Contains("every address", Assert.Single(IstioWorld.Errors("""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: out, namespace: default}
        spec: {hosts: [api.example.com], resolution: NONE, ports: [{number: 443, name: tls, protocol: TCP}]}
        """)), StringComparison.Ordinal);
}
