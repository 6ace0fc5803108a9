using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>Endpoints of a random world that stand for interfaces of machines.</summary>
public static class RandomBindings
{
    /// <summary>The interfaces that packets take; the last is named by no endpoint.</summary>
    public static IReadOnlyList<string> Interfaces { get; } = ["eth0", "eth1", "tun0"];

    /// <summary>Resources of which every other host is bound.</summary>
    public static List<Resource> AddTo(IReadOnlyList<Resource> resources, Random random)
    {
        var hosts = resources.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).ToList();
        return [.. resources.Select(resource => resource is EndpointResource { IsManaged: true } host && random.Next(2) == 0 ? Bound(host, hosts, random) : resource)];
    }

    /// <summary>An endpoint bound to an interface of a host, of itself, or of nobody; seldom to none.</summary>
    public static EndpointResource Bound(EndpointResource endpoint, IReadOnlyList<EndpointResource> hosts, Random random) => endpoint with
    {
        Binding = random.Next(6) == 0 ? null : new(
            random.Next(5) switch { 0 => endpoint.Key.Name, 1 => "nobody", _ => hosts[random.Next(hosts.Count)].Key.Name },
            random.Next(3) == 0 ? null : Interfaces[random.Next(2)]),
    };
}
