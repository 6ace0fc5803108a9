using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Which machine enforces the endpoints that are bound to interfaces. An endpoint belongs to the one host that is called as its node,
/// which then is no endpoint of another machine itself; where there is none, or there are several, it is a machine of its own.
/// </summary>
internal sealed record MachineIndex
{
    public static MachineIndex None { get; } = new();

    /// <summary>The machine of each endpoint that is part of another.</summary>
    public ImmutableSortedDictionary<ResourceKey, ResourceKey> MachineOf { get; private init; } = ImmutableSortedDictionary<ResourceKey, ResourceKey>.Empty;

    /// <summary>The parts of machines that have some, and the machine itself where its own policy is bound to an interface, in order of their keys.</summary>
    public ImmutableSortedDictionary<ResourceKey, EquatableArray<MachinePart>> Parts { get; private init; } = ImmutableSortedDictionary<ResourceKey, EquatableArray<MachinePart>>.Empty;

    /// <summary>The machines that have parts, and the parts.</summary>
    public IEnumerable<ResourceKey> Known => MachineOf.Keys.Concat(Parts.Keys);

    /// <summary>What is doubtful about bindings.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; private init; } = [];

    /// <summary>The endpoints with bindings.</summary>
    private ImmutableSortedSet<ResourceKey> Bound { get; init; } = [];

    /// <summary>The index after a change. Fleets without bindings pay nothing.</summary>
    /// <param name="changes">For each changed key, the resource before and after.</param>
    /// <param name="next">All resources after the change.</param>
    public MachineIndex After(IEnumerable<KeyValuePair<ResourceKey, (Resource? Old, Resource? New)>> changes, ImmutableSortedDictionary<ResourceKey, Resource> next)
    {
        var (bound, managedChanged) = (Bound, false);
        foreach (var (key, (old, resource)) in changes)
        {
            managedChanged |= old is EndpointResource { IsManaged: true } || resource is EndpointResource { IsManaged: true };
            bound = resource is EndpointResource { IsManaged: true, Binding: not null } ? bound.Add(key) : bound.Remove(key);
        }

        if (bound.IsEmpty)
            return None;
        return managedChanged ? Of(bound, next) : this;
    }

    private static MachineIndex Of(ImmutableSortedSet<ResourceKey> bound, ImmutableSortedDictionary<ResourceKey, Resource> resources)
    {
        var endpoints = bound.Select(key => (EndpointResource)resources[key]).ToList();
        var nodes = endpoints.Where(IsElsewhere).Select(endpoint => endpoint.Binding!.Node).ToHashSet(StringComparer.Ordinal);
        var candidates = nodes.Count == 0 ? null : resources.Values
            .OfType<EndpointResource>()
            .Where(endpoint => endpoint.IsManaged && nodes.Contains(endpoint.Key.Name) && !IsElsewhere(endpoint))
            .ToLookup(endpoint => endpoint.Key.Name, endpoint => endpoint.Key, StringComparer.Ordinal);
        var machines = ImmutableSortedDictionary.CreateBuilder<ResourceKey, ResourceKey>();
        var warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var endpoint in endpoints.Where(IsElsewhere))
        {
            var node = endpoint.Binding!.Node;
            ResourceKey[] named = [.. candidates![node]];
            if (named is [var only])
                machines[endpoint.Key] = only;
            else
                warnings.Add(new(Severity.Warning, endpoint.Source, endpoint.Key, "spec.node", Trouble(node, named)));
        }

        return new()
        {
            Bound = bound,
            MachineOf = machines.ToImmutable(),
            Parts = PartsOf(endpoints, machines),
            Warnings = warnings.DrainToImmutable(),
        };
    }

    private static bool IsElsewhere(EndpointResource endpoint) => endpoint.Binding is { } binding && binding.Node != endpoint.Key.Name;

    private static string Trouble(string node, ResourceKey[] named) => named.Length == 0
        ? $"no host is called '{node}', so only an agent that is called as the endpoint enforces it"
        : $"'{node}' may be {string.Join(" or ", named)}, so only an agent that is called as the endpoint enforces it; expected one host of the name";

    private static ImmutableSortedDictionary<ResourceKey, EquatableArray<MachinePart>> PartsOf(
        List<EndpointResource> endpoints, IReadOnlyDictionary<ResourceKey, ResourceKey> machines)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<ResourceKey, EquatableArray<MachinePart>>();
        foreach (var machine in endpoints.GroupBy(endpoint => machines.GetValueOrDefault(endpoint.Key, endpoint.Key)))
        {
            var names = machine.Select(endpoint => endpoint.Binding!.Interface).OfType<string>().ToList();
            result[machine.Key] = machine
                .Select(endpoint => new MachinePart(endpoint.Key, InterfaceOf(endpoint.Binding!, names)))
                .OrderBy(part => part.Endpoint)
                .ToEquatableArray();
        }

        return result.ToImmutable();
    }

    private static InterfaceMatch? InterfaceOf(InterfaceBinding binding, List<string> names) =>
        binding.Interface is { } name ? InterfaceMatch.Only(name) : names.Count > 0 ? InterfaceMatch.AllBut(names) : null;
}

/// <summary>An endpoint of a machine, with the interfaces that it stands for; null for all.</summary>
internal sealed record MachinePart(ResourceKey Endpoint, InterfaceMatch? Interface);
