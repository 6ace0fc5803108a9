using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output.Export;

/// <summary>
/// Writes the cluster's half as NetworkPolicy. That can only grant, so each policy grants what hosts allow and everything that is no host.
/// </summary>
internal sealed class KubernetesExport
{
    private static readonly IpProtocol[] Sayable = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp];

    private readonly List<string> _warnings = [];
    private readonly ClusterBookend _bookend;
    private readonly YamlText _yaml = new();

    private KubernetesExport(ClusterBookend bookend) => _bookend = bookend;

    /// <summary>The documents, and what they cannot say.</summary>
    public static (string Yaml, IReadOnlyList<string> Warnings) Of(ClusterBookend bookend)
    {
        var export = new KubernetesExport(bookend);
        foreach (var policy in bookend.Policies)
            export.Write(policy);
        return (export._yaml.ToString(), export._warnings);
    }

    private void Write(PodPolicy policy)
    {
        var subject = $"{PodWords.Of(policy)}, {(policy.Direction == Direction.Outbound ? "egress" : "ingress")}";
        if (!policy.IsolatedBy.IsEmpty)
        {
            _warnings.Add($"{subject}: {string.Join(", ", policy.IsolatedBy)} isolates them already, and a NetworkPolicy can only add to what that grants: nothing is exported, hosts deny at their own end; --for calico can deny here");
            return;
        }

        _yaml.Document();
        _yaml.Line(0, "apiVersion: networking.k8s.io/v1");
        _yaml.Line(0, "kind: NetworkPolicy");
        _yaml.Line(0, $"metadata: {{name: edgeagent-{policy.Name}, namespace: {YamlText.Quoted(policy.Namespace)}}}");
        _yaml.Line(0, "spec:");
        WriteSelector(policy);
        var (types, list, peer) = policy.Direction == Direction.Outbound ? ("Egress", "egress", "to") : ("Ingress", "ingress", "from");
        _yaml.Line(1, $"policyTypes: [{types}]");
        _yaml.Line(1, $"{list}:");
        _yaml.Line(1, $"- {peer}:   # all that is no host");
        _yaml.Line(2, "- namespaceSelector: {}");
        foreach (var family in new[] { IpFamily.V4, IpFamily.V6 })
            WriteRest(family);
        foreach (var grant in policy.Grants.Where(grant => !grant.Allowed.IsNone))
            WriteGrant(grant, peer, subject);
    }

    private void WriteSelector(PodPolicy policy)
    {
        if (policy.Labels.IsEmpty)
        {
            _yaml.Line(1, "podSelector: {}");
            return;
        }

        _yaml.Line(1, "podSelector:");
        var (has, lacks) = (policy.Labels.Where(label => label.Value is not null).ToList(), policy.Labels.Where(label => label.Value is null).ToList());
        if (has.Count > 0)
            _yaml.Line(2, $"matchLabels: {{{string.Join(", ", has.Select(label => $"{YamlText.Quoted(label.Key)}: {YamlText.Quoted(label.Value!)}"))}}}");
        if (lacks.Count > 0)
            _yaml.Line(2, $"matchExpressions: [{string.Join(", ", lacks.Select(label => $"{{key: {YamlText.Quoted(label.Key)}, operator: DoesNotExist}}"))}]");
    }

    private void WriteRest(IpFamily family)
    {
        var hosts = _bookend.Hosts.Where(block => block.Family == family).ToList();
        _yaml.Line(2, "- ipBlock:");
        _yaml.Line(4, $"cidr: {YamlText.Quoted(Cidr.All(family).ToString())}");
        if (hosts.Count > 0)
            _yaml.Line(4, $"except: [{string.Join(", ", hosts.Select(block => YamlText.Quoted(block.ToString())))}]");
    }

    private void WriteGrant(HostGrant grant, string peer, string subject)
    {
        var ports = Ports(grant.Allowed).ToList();
        var said = ports.Aggregate(TrafficSet.None, (all, port) => all.Union(TrafficSet.Of(port.Protocol, port.Range)));
        var lost = grant.Allowed.IsAll ? TrafficSet.None : grant.Allowed.Except(said).Except(PortZero);
        if (!lost.IsNone)
            _warnings.Add($"{subject}: {lost} with {string.Join(", ", grant.Hosts)} is allowed, but NetworkPolicy says only TCP, UDP and SCTP by destination port: it is not granted; --for calico can say it");
        if (ports.Count == 0 && !grant.Allowed.IsAll)
            return;
        _yaml.Line(1, $"- {peer}:");
        foreach (var block in grant.Hosts)
            _yaml.Line(2, $"- ipBlock: {{cidr: {YamlText.Quoted(block.ToString())}}}");
        if (grant.Allowed.IsAll)
            return;
        _yaml.Line(2, "ports:");
        foreach (var (protocol, range) in ports)
        {
            var numbers = range == AnyPort ? "" : range.First == range.Last ? $", port: {range.First}" : $", port: {range.First}, endPort: {range.Last}";
            _yaml.Line(2, $"- {{protocol: {protocol}{numbers}}}");
        }
    }

    private static PortRange AnyPort => new(1, ushort.MaxValue);

    private static TrafficSet PortZero { get; } = Sayable.Append(IpProtocol.UdpLite).Aggregate(TrafficSet.None, (all, protocol) => all.Union(TrafficSet.Of(protocol, PortRange.Single(0))));

    private static IEnumerable<(IpProtocol Protocol, PortRange Range)> Ports(TrafficSet allowed) =>
        from protocol in Sayable
        from part in allowed.Parts
        where part.Protocol == protocol.ToString() && part.SourcePorts.IsEmpty
        from range in part.Ports.IsEmpty ? [AnyPort] : part.Ports.Items
        where range.Last > 0
        select (protocol, new PortRange(Math.Max((ushort)1, range.First), range.Last));
}
