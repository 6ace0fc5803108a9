using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>Resources made up from a seed: few hosts, few words, so that everything meets everything.</summary>
public sealed class RandomWorld
{
    private readonly Random _random;
    private readonly RandomMatches _matches;
    private readonly RandomPolicies _policies;
    private int _nextAddress = 1;

    private RandomWorld(int seed)
    {
        _random = new(seed);
        _matches = new(_random);
        _policies = new(_random, _matches);
    }

    /// <summary>The names of the namespaces.</summary>
    public static IReadOnlyList<string> Namespaces { get; } = ["blue", "green", "red"];

    /// <summary>Resources of a seed.</summary>
    public static List<Resource> Create(int seed)
    {
        var world = new RandomWorld(seed);
        List<Resource> resources = [.. world.NamespaceResources(), .. world.Tiers()];
        var hosts = world._random.Next(2, 8);
        for (var i = 0; i < hosts; i++)
            resources.Add(world.Host(i));
        for (var i = world._random.Next(4); i > 0; i--)
            resources.Add(world.Unmanaged(i, resources.OfType<EndpointResource>().ToList()));
        List<string> tiers = [.. resources.OfType<TierResource>().Select(tier => tier.Key.Name), BuiltInTiers.Default, BuiltInTiers.Default, BuiltInTiers.Mesh, BuiltInTiers.Admin, BuiltInTiers.Baseline];
        for (var i = world._random.Next(1, 9); i > 0; i--)
            resources.Add(world._policies.Policy(i, tiers));
        return resources;
    }

    /// <summary>Resources of a seed, and those of a mesh among them.</summary>
    public static List<Resource> CreateWithMesh(int seed)
    {
        var random = new Random(seed ^ 0x3E54);
        var mesh = new RandomMesh(random, new(random));
        var resources = Create(seed).Select(resource => resource switch
        {
            NamespaceResource declared => declared with { Mesh = mesh.Settings() },
            EndpointResource { Key.Kind: "WorkloadEntry" } entry => entry with { RenumbersServicePorts = random.Next(2) == 0 },
            _ => resource,
        });
        return [.. resources, .. mesh.Resources()];
    }

    private IEnumerable<Resource> NamespaceResources() =>
        from name in Namespaces
        where _random.Next(4) > 0
        select new NamespaceResource(new(NamespaceResource.Kind, "", name), Position())
        {
            Labels = _matches.Labels(),
            IsolatesIngress = _random.Next(6) == 0,
            Bookend = _random.Next(6) == 0 ? BookendPlacement.Destination : BookendPlacement.Both,
        };

    private IEnumerable<Resource> Tiers() =>
        from name in new[] { "early", "late" }
        where _random.Next(3) == 0
        select new TierResource(new(TierResource.Kind, "", name), Position())
        {
            Order = name == "early" ? 10 : _random.Next(2) == 0 ? null : 2_000_000,
            DefaultAction = _random.Next(2) == 0 ? BlockEnd.Deny : BlockEnd.Pass,
        };

    private EndpointResource Host(int i)
    {
        var outside = _random.Next(6) == 0;
        var kind = outside ? "HostEndpoint" : "Host";
        return new(new(kind, outside ? "" : Pick(Namespaces), $"h{i}"), Position())
        {
            Nature = outside ? EndpointNature.HostEndpoint : EndpointNature.Workload,
            IsManaged = true,
            Labels = _matches.Labels(),
            Addresses = [.. Addresses()],
            Ports = [.. _matches.NamedPorts()],
            Undecided = outside && _random.Next(2) == 0 ? UndecidedTraffic.Deny : UndecidedTraffic.Allow,
            Mode = _random.Next(12) switch
            {
                0 => EnforcementMode.Audit,
                1 => EnforcementMode.Off,
                2 => EnforcementMode.Quarantine,
                _ => EnforcementMode.Enforce,
            },
            ServiceAccount = _matches.ServiceAccount(),
        };
    }

    /// <summary>A network set, or a workload without agent that may share a host's address.</summary>
    private EndpointResource Unmanaged(int i, List<EndpointResource> others)
    {
        var isSet = _random.Next(2) == 0;
        var outside = isSet && _random.Next(2) == 0;
        var borrowed = others.SelectMany(other => other.Addresses.Items).ToList();
        EquatableArray<Cidr> addresses = isSet
            ? [.. _matches.Nets()]
            : [_random.Next(2) == 0 && borrowed.Count > 0 ? Cidr.Single(Pick(borrowed).Network) : Cidr.Single(Address(4))];
        return new(new(isSet ? "NetworkSet" : "WorkloadEntry", outside ? "" : Pick(Namespaces), $"u{i}"), Position())
        {
            Nature = isSet ? EndpointNature.NetworkSet : EndpointNature.Workload,
            Labels = _matches.Labels(),
            Addresses = addresses,
            Ports = isSet ? [] : [.. _matches.NamedPorts()],
            ServiceAccount = isSet ? "" : _matches.ServiceAccount(),
        };
    }

    private List<Cidr> Addresses()
    {
        var shape = _random.Next(12);
        int[] families = shape switch
        {
            < 5 => [4],
            < 6 => [6],
            < 9 => [4, 6],
            < 10 => [4, 4],
            < 11 => [4, 4, 6, 6],
            _ => [],
        };
        return families.Select(family => Cidr.Single(Address(family))).ToList();
    }

    private IpAddress Address(int family)
    {
        var number = _nextAddress++;
        var half = _random.Next(2) * 128;
        return IpAddress.Parse(family == 4 ? $"10.0.{_random.Next(2)}.{half + number}" : $"fd00::{_random.Next(2)}:{half + number:x}");
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    private SourcePosition Position() => new("world.yaml", _random.Next(1, 1000), 1);
}
