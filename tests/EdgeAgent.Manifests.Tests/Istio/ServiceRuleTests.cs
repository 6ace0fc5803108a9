namespace EdgeAgent.Manifests.Tests.Istio;

/// <summary>Services that Calico's rules name.</summary>
public sealed class ServiceRuleTests
{
    private const string Set = """
        apiVersion: projectcalico.org/v3
        kind: NetworkSet
        metadata: {name: everything, namespace: default, labels: {app: reviews}}
        spec: {nets: [192.0.2.0/24]}
        ---

        """;

    [Fact]
    public void The_addresses_of_a_network_set_are_behind_no_service_whatever_its_labels()
    {
        IstioWorld.With(Set + """
            apiVersion: projectcalico.org/v3
            kind: NetworkPolicy
            metadata: {name: p, namespace: default}
            spec: {selector: app == 'ratings', ingress: [{action: Allow, source: {services: {name: reviews}}}]}
            """).Decides(
            "default/reviews-v1 > default/ratings TCP/22 : allow",
            "default/sleep > default/ratings TCP/22 : deny",
            "192.0.2.7 > default/ratings TCP/22 : deny");
        IstioWorld.With(Set + """
            apiVersion: projectcalico.org/v3
            kind: NetworkPolicy
            metadata: {name: p, namespace: default}
            spec: {selector: app == 'sleep', types: [Egress], egress: [{action: Allow, destination: {services: {name: reviews}}}]}
            """).Decides(
            "default/sleep > default/reviews-v1 TCP/9080 : allow",
            "default/sleep > default/reviews-v1 TCP/22 : deny",
            "default/sleep > 192.0.2.7 TCP/9080 : deny");
    }
}
