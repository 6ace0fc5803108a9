using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Worlds with a mesh: hosts and pods, services, and routes that lead to them.</summary>
internal sealed class MeshDocuments(DocumentDice dice)
{
    public List<JsonObject> World()
    {
        var (world, services) = (new WorldDocuments(dice), new ServiceDocuments(dice));
        var hosts = world.Hosts(dice.Number(3, 6), 0).ToList();
        var entries = services.Entries(hosts).ToList();
        List<JsonObject> workloads = [.. hosts, .. world.Pods(), .. entries];
        List<JsonObject> known = [.. services.Services(workloads), .. services.ServiceEntries(workloads), .. services.DestinationRules(workloads)];
        var gateways = services.Gateways(workloads);
        var (routes, authorization, kubernetes) = (new RouteDocuments(dice, services, workloads, gateways), new AuthorizationDocuments(dice), new NetworkPolicyDocuments(dice));
        return
        [
            .. services.Settled(world.Namespaces()), .. workloads, .. world.Sets(), .. known, .. gateways,
            .. Enumerable.Range(1, dice.Number(2, 4)).SelectMany(number => routes.VirtualService($"v{number}")),
            .. Enumerable.Range(1, dice.Number(0, 2)).Select(number => routes.RouteRule($"r{number}")),
            .. dice.Rarely(4) ? [authorization.Policy("p1")] : Array.Empty<JsonObject>(),
            .. dice.Rarely(4) ? [kubernetes.Policy("p2")] : Array.Empty<JsonObject>(),
        ];
    }
}
