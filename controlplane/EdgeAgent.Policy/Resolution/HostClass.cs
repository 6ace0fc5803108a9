using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Hosts that policies cannot tell apart, and what each policy has to do with them.</summary>
internal sealed class HostClass
{
    private HostClass(HostClassKey key, NamespaceFacts? place, ImmutableArray<Slot> slots, ImmutableArray<PolicyFacts?> facts)
    {
        Key = key;
        Namespace = place;
        Slots = slots;
        Facts = facts;
    }

    public HostClassKey Key { get; }

    public NamespaceFacts? Namespace { get; }

    public ImmutableArray<Slot> Slots { get; }

    /// <summary>For each policy in order.</summary>
    public ImmutableArray<PolicyFacts?> Facts { get; }

    /// <summary>Resolves a class by one of its hosts; of an earlier state of the class it keeps what still holds.</summary>
    /// <param name="key">The class.</param>
    /// <param name="host">One of its hosts.</param>
    /// <param name="world">The world.</param>
    /// <param name="earlier">The class in the world before; null when it is new.</param>
    /// <param name="origins">For each policy its place in the world before, or -1; null when the policies are the same.</param>
    public static HostClass Of(HostClassKey key, Endpoint host, World world, HostClass? earlier, int[]? origins)
    {
        var slots = SlotsOf(key, host, world);
        if (earlier is null || !earlier.HasSameSlots(slots))
            return new(key, host.Namespace, slots, [.. world.Policies.Select(policy => PolicyFacts.Of(policy.Resource, slots))]);
        return origins is null ? earlier : new(key, host.Namespace, slots, earlier.FactsFor(world.Policies, origins, slots));
    }

    /// <summary>Facts of the policies that are known, and new ones of the others: those may speak of labels that the earlier sample host had and this one lacks.</summary>
    private ImmutableArray<PolicyFacts?> FactsFor(ImmutableArray<PolicyNode> policies, int[] origins, ImmutableArray<Slot> slots)
    {
        var facts = ImmutableArray.CreateBuilder<PolicyFacts?>(policies.Length);
        for (var i = 0; i < policies.Length; i++)
            facts.Add(origins[i] >= 0 ? Facts[origins[i]] : PolicyFacts.Of(policies[i].Resource, slots));
        return facts.MoveToImmutable();
    }

    private bool HasSameSlots(ImmutableArray<Slot> slots) =>
        Slots.Length == slots.Length
        && Slots.Zip(slots).All(pair => IsSame(pair.First, pair.Second) && (Key.Only is null || pair.First.Addresses == pair.Second.Addresses));

    /// <summary>Whether two slots of one class look alike to policies: the host itself does by the class's key, but for its namespace.</summary>
    private static bool IsSame(Slot left, Slot right) =>
        left.Ports == right.Ports
        && left.Known.Length == right.Known.Length
        && ReferenceEquals(left.Known[0].Namespace, right.Known[0].Namespace)
        && left.Known.Skip(1).SequenceEqual(right.Known.Skip(1), ReferenceEqualityComparer.Instance);

    private static ImmutableArray<Slot> SlotsOf(HostClassKey key, Endpoint host, World world)
    {
        var slots = ImmutableArray.CreateBuilder<Slot>(key.Slots.Count);
        foreach (var (family, narrowest) in key.Slots)
        {
            var addresses = host.Resource.Addresses.Items
                .Select(block => block.Network)
                .Where(address => address.Family == family && world.Covers.Narrowest(address) == narrowest)
                .ToEquatableArray();
            var others = addresses.IsEmpty ? [] : world.Covers.Endpoints(addresses[0]).Select(other => world.Endpoints[other]);
            var known = others.Prepend(host).ToImmutableArray();
            var ports = HostClassKey.Sorted(known.SelectMany(endpoint => HostClassKey.PortsOf(endpoint, world.Vocabulary).Items));
            slots.Add(new(family, addresses, known) { Ports = ports });
        }

        return slots.MoveToImmutable();
    }
}
