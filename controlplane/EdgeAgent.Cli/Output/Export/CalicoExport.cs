using System.Globalization;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output.Export;

/// <summary>
/// Writes the cluster's half as Calico's policies, in a tier before all others that denies what hosts deny and passes all else on, so that
/// what the cluster says of its pods holds as well.
/// </summary>
internal sealed class CalicoExport
{
    private const string Tier = "edgeagent";

    private readonly YamlText _yaml = new();
    private readonly List<string> _warnings = [];

    /// <summary>The documents, nothing where no host denies anything; and what they cannot say.</summary>
    public static (string Yaml, IReadOnlyList<string> Warnings) Of(ClusterBookend bookend)
    {
        var export = new CalicoExport();
        if (!bookend.Policies.IsEmpty)
        {
            export._yaml.Line(0, "apiVersion: projectcalico.org/v3");
            export._yaml.Line(0, "kind: Tier");
            export._yaml.Line(0, $"metadata: {{name: {Tier}}}");
            export._yaml.Line(0, "spec: {order: 1, defaultAction: Pass}");
        }

        foreach (var policy in bookend.Policies)
            export.Write(policy);
        return (export._yaml.ToString(), export._warnings);
    }

    private void Write(PodPolicy policy)
    {
        var isEgress = policy.Direction == Direction.Outbound;
        _yaml.Document();
        _yaml.Line(0, "apiVersion: projectcalico.org/v3");
        _yaml.Line(0, "kind: NetworkPolicy");
        _yaml.Line(0, $"metadata: {{name: {Tier}.{policy.Name}, namespace: {YamlText.Quoted(policy.Namespace)}}}");
        _yaml.Line(0, "spec:");
        _yaml.Line(1, $"tier: {Tier}");
        _yaml.Line(1, $"selector: {YamlText.Quoted(Selecting(policy).ToString())}");
        _yaml.Line(1, $"types: [{(isEgress ? "Egress" : "Ingress")}]");
        _yaml.Line(1, $"{(isEgress ? "egress" : "ingress")}:");
        foreach (var grant in policy.Grants.Where(grant => !grant.Allowed.IsAll))
        {
            var sayable = Sayable(grant, policy);
            var (allowed, denied) = (Conditions(sayable), Conditions(TrafficSet.All.Except(sayable)));
            var passes = allowed.Count < denied.Count;
            foreach (var condition in passes ? allowed : denied)
                WriteRule(passes ? "Pass" : "Deny", condition, grant, isEgress);
            if (passes)
                WriteRule("Deny", TrafficCondition.Any, grant, isEgress);
        }

        _yaml.Line(1, "- action: Pass");
    }

    private static Selector Selecting(PodPolicy policy) => Selector.And(
        [.. policy.Labels.Select(label => label.Value is null ? Selector.Not(Selector.Has(label.Key)) : Selector.Equal(label.Key, label.Value))]);

    private void WriteRule(string action, TrafficCondition condition, HostGrant grant, bool isEgress)
    {
        _yaml.Line(1, $"- action: {action}");
        if (condition.Protocol.Length > 0)
            _yaml.Line(2, $"protocol: {condition.Protocol}");
        if (condition.Icmp is { } icmp)
            _yaml.Line(2, string.Create(CultureInfo.InvariantCulture, $"icmp: {{type: {icmp.Type}{(icmp.Code is { } code ? $", code: {code}" : "")}}}"));
        var nets = $"nets: [{string.Join(", ", grant.Hosts.Select(block => YamlText.Quoted(block.ToString())))}]";
        WriteEnd("source", isEgress ? "" : nets, condition.SourcePorts);
        WriteEnd("destination", isEgress ? nets : "", condition.Ports);
    }

    private void WriteEnd(string end, string nets, IReadOnlyList<PortRange> ports)
    {
        var listed = ports.Count == 0 ? "" : $"ports: [{string.Join(", ", ports.Select(range => range.First == range.Last ? $"{range.First}" : $"\"{range.First}:{range.Last}\""))}]";
        var fields = new[] { nets, listed }.Where(field => field.Length > 0).ToList();
        if (fields.Count > 0)
            _yaml.Line(2, $"{end}: {{{string.Join(", ", fields)}}}");
    }

    /// <summary>What is allowed, without UDP-Lite where only some of its ports are: Calico has no ports for it.</summary>
    private TrafficSet Sayable(HostGrant grant, PodPolicy policy)
    {
        var lite = TrafficSet.Of(IpProtocol.UdpLite);
        var some = grant.Allowed.Intersect(lite);
        if (some.IsNone || some.Equals(lite))
            return grant.Allowed;
        _warnings.Add($"{PodWords.Of(policy)}: {some} with {string.Join(", ", grant.Hosts)} is allowed, but Calico has no ports of UDPLite: it is denied");
        return grant.Allowed.Except(lite);
    }

    private static List<TrafficCondition> Conditions(TrafficSet traffic) => traffic.IsAll ? [TrafficCondition.Any] : [.. traffic.Parts.SelectMany(TrafficCondition.Of)];
}
