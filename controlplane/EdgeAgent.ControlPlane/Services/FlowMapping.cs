using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Changed flows as administrators see them on the wire.</summary>
internal static class FlowMapping
{
    private const int FewHosts = 20;

    /// <summary>All of them.</summary>
    public static IEnumerable<Wire.V1.FlowChange> ToWire(ChangedFlows flows)
    {
        var groups = new Dictionary<FlowGroup, Wire.V1.FlowGroup>(ReferenceEqualityComparer.Instance);
        foreach (var change in flows.Changes)
        {
            var wire = new Wire.V1.FlowChange
            {
                Allowed = change.IsAllowed,
                Family = change.Family switch
                {
                    IpFamily.V4 => 4,
                    IpFamily.V6 => 6,
                    _ => 0,
                },
                Traffic = change.Traffic.ToString(),
            };
            wire.Sources.AddRange(change.Sources.Select(Group));
            wire.Destinations.AddRange(change.Destinations.Select(Group));
            wire.Parts.AddRange(change.Traffic.Parts.Select(ToWire));
            yield return wire;
        }

        Wire.V1.FlowGroup Group(FlowGroup group)
        {
            if (!groups.TryGetValue(group, out var wire))
                groups[group] = wire = ToWire(group);
            return wire;
        }
    }

    private static Wire.V1.FlowGroup ToWire(FlowGroup group)
    {
        var wire = new Wire.V1.FlowGroup { Name = group.Name, Hosts = group.Hosts.Count, Namespace = group.Namespace ?? "", Block = group.Block?.ToString() ?? "", Domain = group.DomainName ?? "" };
        wire.FirstHosts.AddRange(group.Hosts.Take(FewHosts).Select(AdminMapping.ToWire));
        wire.Addresses.AddRange(group.Addresses.Select(address => address.ToString()));
        wire.Labels.Add(group.Labels.ToDictionary());
        wire.Endpoints.AddRange(group.Endpoints.Select(AdminMapping.ToWire));
        return wire;
    }

    private static Wire.V1.TrafficPart ToWire(TrafficPart part)
    {
        var wire = new Wire.V1.TrafficPart { Protocol = part.Protocol };
        wire.Ports.AddRange(part.Ports.Select(range => range.ToString()));
        wire.SourcePorts.AddRange(part.SourcePorts.Select(range => range.ToString()));
        return wire;
    }
}
