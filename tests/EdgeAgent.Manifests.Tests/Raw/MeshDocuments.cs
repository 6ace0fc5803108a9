using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Worlds with a mesh: hosts and pods, services, and what leads to them.</summary>
internal sealed class MeshDocuments
{
    private readonly DocumentDice _dice;
    private readonly ServiceDocuments _services;
    private readonly List<JsonObject> _workloads;
    private readonly List<JsonObject> _common;

    public MeshDocuments(DocumentDice dice)
    {
        var world = new WorldDocuments(dice);
        (_dice, _services) = (dice, new(dice));
        var hosts = world.Hosts(dice.Number(3, 6), dice.Rarely(3) ? 1 : 0).ToList();
        _workloads = [.. hosts, .. world.Pods(), .. _services.Entries(hosts.FindAll(host => (string?)host["kind"] == "Host"))];
        var services = _services.Services(_workloads);
        _common =
        [
            .. _services.Settled(world.Namespaces()), .. _workloads, .. world.Sets(), .. services, .. new SliceDocuments(dice, _workloads).Slices(services),
            .. new GroupDocuments(dice).Groups(hosts), .. _services.ServiceEntries(_workloads),
        ];
    }

    /// <summary>With routes.</summary>
    public List<JsonObject> Routes()
    {
        var (rules, gateways) = (_services.DestinationRules(_workloads), _services.Gateways(_workloads));
        var routes = new RouteDocuments(_dice, _services, _workloads, gateways);
        return
        [
            .. _common, .. rules, .. gateways, .. Others(),
            .. Enumerable.Range(1, _dice.Number(2, 4)).SelectMany(number => routes.VirtualService($"v{number}")),
            .. Enumerable.Range(1, _dice.Number(0, 2)).Select(number => routes.RouteRule($"r{number}")),
        ];
    }

    /// <summary>With Sidecars.</summary>
    public List<JsonObject> Clients()
    {
        var sidecars = new SidecarDocuments(_dice, _services, _workloads);
        var routes = new RouteDocuments(_dice, _services, _workloads, []);
        return [.. _common, .. sidecars.EgressRules(), .. sidecars.Sidecars(), .. Others(), .. Enumerable.Range(1, _dice.Number(0, 1)).Select(number => routes.RouteRule($"r{number}"))];
    }

    /// <summary>Now and then a policy of another language.</summary>
    private IEnumerable<JsonObject> Others()
    {
        if (_dice.Rarely(4))
            yield return new AuthorizationDocuments(_dice).Policy("p1");
        if (_dice.Rarely(4))
            yield return new NetworkPolicyDocuments(_dice).Policy("p2");
    }
}
