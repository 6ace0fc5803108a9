using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Hosts that policies cannot tell apart, and what each policy has to do with them.</summary>
internal sealed class HostClass
{
    private HostClass(HostClassKey key, NamespaceFacts? place, ImmutableArray<Slot> slots, ImmutableArray<PolicyConcern> concerns, SlotShape? shape = null)
    {
        Key = key;
        Namespace = place;
        Slots = slots;
        Concerns = concerns;
        Shape = shape ?? new(slots, key.Only is not null);
    }

    public HostClassKey Key { get; }

    public NamespaceFacts? Namespace { get; }

    public ImmutableArray<Slot> Slots { get; }

    /// <summary>All that compiled rules depend on of the slots; one instance while it stays.</summary>
    public SlotShape Shape { get; }

    /// <summary>What policies have to do with the hosts; one instance while it stays.</summary>
    public ImmutableArray<PolicyConcern> Concerns { get; }

    /// <summary>Resolves a class by one of its hosts.</summary>
    public static HostClass Of(HostClassKey key, Endpoint host, World world)
    {
        var slots = SlotsOf(key, host, world);
        return new(key, host.Namespace, slots, PolicyConcerns.Of(world.Policies, slots));
    }

    /// <summary>
    /// The class by another of its hosts, in a later world: policies that are new there may speak of labels and blocks that the host it
    /// was resolved by had and its hosts now lack.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="world">The world.</param>
    /// <param name="changes">The policies that changed since.</param>
    public HostClass Resampled(Endpoint host, World world, PolicyChanges changes)
    {
        var slots = SlotsOf(Key, host, world);
        return HasSameSlots(slots)
            ? new(Key, host.Namespace, slots, Concerns.After(changes, slots), Shape)
            : new(Key, host.Namespace, slots, PolicyConcerns.Of(world.Policies, slots));
    }

    /// <summary>The class after a change of policies that speak of no other labels and blocks than before.</summary>
    public HostClass After(PolicyChanges changes)
    {
        var concerns = Concerns.After(changes, Slots);
        return concerns == Concerns ? this : new(Key, Namespace, Slots, concerns, Shape);
    }

    /// <summary>Whether policies see the same in both: what is made of the one holds for the other.</summary>
    public bool IsSeenAs(HostClass other) =>
        ReferenceEquals(this, other) || (Shape == other.Shape && Concerns == other.Concerns && Namespace?.Bookend == other.Namespace?.Bookend);

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
