using System.Net;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Istio, "Ports used by Istio": between workloads of namespaces that say that they are part of the mesh, they stay open.</summary>
internal sealed class RawMeshPorts(RawWorld world)
{
    public static readonly int[] Numbers = [15008, 15012, 15017, 15021, 15090];

    public bool Opens(RawFlow flow) => flow.Protocol == RawFlow.Tcp && Numbers.Contains(flow.Port) && IsMember(flow.Source) && IsMember(flow.Destination);

    private bool IsMember(IPAddress address) => world.WorkloadsAt(address).Any(workload => world.SettingOf(workload.Namespace!, "mesh", "mesh") is "sidecar" or "ambient");
}
