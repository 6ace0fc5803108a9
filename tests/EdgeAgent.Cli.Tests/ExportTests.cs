using System.Text;
using EdgeAgent.Cli.Output.Export;
using EdgeAgent.Cli.Tests.Support;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using EdgeAgent.Testing;

namespace EdgeAgent.Cli.Tests;

public sealed class ExportTests
{
    private const string World = """
        apiVersion: edgeagent.io/v1
        kind: Host
        metadata: {name: db, namespace: vm, labels: {app: db}}
        spec: {addresses: [10.1.0.5]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-1, namespace: shop, labels: {app: web}}
        status: {podIP: 10.2.0.1}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: job-1, namespace: shop, labels: {app: job}}
        status: {podIP: 10.2.0.2}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: db, namespace: vm}
        spec:
          podSelector: {matchLabels: {app: db}}
          ingress:
          - from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]
            ports: [{port: 5432}]
        """;

    [Fact]
    public async Task A_network_policy_grants_what_hosts_allow_and_all_that_is_no_host()
    {
        var run = await CommandRun.With(new() { Input = World }, "export", "--for", "kubernetes", "-f", "-");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: edgeagent-egress-NAME, namespace: "shop"}
            spec:
              podSelector:
                matchLabels: {"app": "job"}
              policyTypes: [Egress]
              egress:
              - to:   # all that is no host
                - namespaceSelector: {}
                - ipBlock:
                    cidr: "0.0.0.0/0"
                    except: ["10.1.0.5/32"]
                - ipBlock:
                    cidr: "::/0"
            """, System.Text.RegularExpressions.Regex.Replace(run.Output.Split("---\n").Single(text => text.Contains("job", StringComparison.Ordinal)).TrimEnd(), "egress-[0-9a-f]{10}", "egress-NAME"));
        Assert.Contains("    - ipBlock: {cidr: \"10.1.0.5/32\"}\n    ports:\n    - {protocol: TCP, port: 5432}\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calicos_policies_deny_in_a_tier_of_their_own()
    {
        var run = await CommandRun.With(new() { Input = World }, "export", "--for", "calico", "-f", "-");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("apiVersion: projectcalico.org/v3\nkind: Tier\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("""
              egress:
              - action: Pass
                protocol: TCP
                destination: {nets: ["10.1.0.5/32"], ports: [5432]}
              - action: Deny
                destination: {nets: ["10.1.0.5/32"]}
              - action: Pass
            """, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pods_that_the_cluster_isolates_are_left_to_it_where_a_policy_could_only_open()
    {
        const string isolated = World + "\n" + """
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: closed, namespace: shop}
            spec: {podSelector: {matchLabels: {app: job}}, policyTypes: [Egress]}
            """;
        var run = await CommandRun.With(new() { Input = isolated }, "export", "--for", "kubernetes", "-f", "-");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("\"job\"", run.Output, StringComparison.Ordinal);
        Assert.Contains("NetworkPolicy shop/closed isolates them already", run.Error, StringComparison.Ordinal);
        Assert.Contains("app == \\\"job\\\"", (await CommandRun.With(new() { Input = isolated }, "export", "--for", "calico", "-f", "-")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_language_is_bad_input_and_nothing_to_deny_is_nothing_to_export()
    {
        var unknown = await CommandRun.With(new() { Input = World }, "export", "--for", "cilium", "-f", "-");
        var open = await CommandRun.With(new() { Input = World[..World.IndexOf("---\napiVersion: networking", StringComparison.Ordinal)] }, "export", "--for", "calico", "-f", "-");

        Assert.Equal((2, ""), (unknown.ExitCode, unknown.Output));
        Assert.Equal((0, ""), (open.ExitCode, open.Output));
        Assert.Contains("nothing to export", open.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// What is exported, read back as the cluster would, where pods enforce and hosts are addresses alone, gives pods' ends the verdicts of
    /// the hosts' ends; where something cannot be said or told apart, never more than these.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_back_it_gives_the_verdicts_that_hosts_give(bool calico)
    {
        var (looked, denied) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            List<Resource> resources = [.. RandomWorld.Create(seed).Select(AsPod)];
            var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State;
            var bookend = ClusterBookend.Of(state);
            var (yaml, warnings) = calico ? CalicoExport.Of(bookend) : KubernetesExport.Of(bookend);
            var isExact = warnings.Count == 0 && bookend.Warnings.IsEmpty;
            var read = ManifestReader.Read([new ManifestFile("export.yaml", Encoding.UTF8.GetBytes(yaml))]);
            Assert.True(read.Diagnostics.Count == 0, $"seed {seed}: {string.Join('\n', read.Diagnostics)}\n{yaml}");

            var pods = resources.OfType<EndpointResource>().Where(pod => pod.Key.Kind == ClusterBookend.PodKind).Select(pod => pod with { IsManaged = true }).ToList();
            var hosts = resources.OfType<EndpointResource>().Where(host => host.IsManaged).SelectMany(host => host.Addresses.Items).ToList();
            var (here, cluster) = (new PolicyOracle(resources), new PolicyOracle([.. pods, .. read.Resources.Select(resource => resource.Model)]));
            foreach (var (pod, own) in pods.SelectMany(pod => pod.Addresses.Items.Select(address => (pod, address))))
            {
                // What has an address of a host and of a pod cannot be told which of them it is: applying such manifests warns.
                if (hosts.Contains(own))
                    continue;
                foreach (var host in hosts.Where(host => host.Family == own.Family && !pods.Exists(other => other.Addresses.Items.Contains(host))))
                    Look(pod, own.Network, host.Network);
            }

            void Look(EndpointResource pod, IpAddress own, IpAddress host)
            {
                foreach (var direction in new[] { Direction.Outbound, Direction.Inbound })
                {
                    if (!calico && bookend.Policies.Any(policy => policy.Namespace == pod.Key.Namespace && policy.Direction == direction && !policy.IsolatedBy.IsEmpty))
                        continue;
                    var (source, destination) = direction == Direction.Outbound ? (own, host) : (host, own);
                    var packets = BoundaryPackets.Between(source, destination).Where(packet => !packet.Protocol.HasPorts || (packet.Port > 0 && packet.SourcePort > 0)).ToList();
                    foreach (var packet in Enumerable.Range(0, 12).Select(_ => packets[random.Next(packets.Count)]))
                    {
                        var (expected, actual) = (here.Allows(packet), cluster.Half(packet, direction));
                        Assert.True(isExact ? expected == actual : expected || !actual, $"seed {seed}: {packet}: expected {expected}\n{string.Join('\n', bookend.Warnings)}\n{yaml}");
                        (looked, denied) = (looked + 1, denied + (actual ? 0 : 1));
                    }
                }
            }
        }

        Assert.True(denied > 500 && looked > denied + 500, $"{denied} of {looked} denied");
    }

    /// <summary>Some agentless workloads and some hosts become pods: those with addresses of their own.</summary>
    private static Resource AsPod(Resource resource, int index) => resource is EndpointResource { Nature: EndpointNature.Workload } endpoint && (!endpoint.IsManaged || index % 2 == 0)
        ? endpoint with { Key = endpoint.Key with { Kind = ClusterBookend.PodKind }, IsManaged = false, Undecided = UndecidedTraffic.Allow }
        : resource;
}
