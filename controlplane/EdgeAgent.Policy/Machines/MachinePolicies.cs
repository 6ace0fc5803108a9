using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The policies of machines that have endpoints bound to interfaces: the machine's own stages, and those of its endpoints.</summary>
internal sealed record MachinePolicies
{
    public static MachinePolicies None { get; } = new();

    private ImmutableSortedDictionary<ResourceKey, MachinePolicy> Policies { get; init; } = ImmutableSortedDictionary<ResourceKey, MachinePolicy>.Empty;

    /// <summary>The machines.</summary>
    public IEnumerable<ResourceKey> Keys => Policies.Keys;

    /// <summary>The policy of a machine; null for a host without bound endpoints.</summary>
    public SharedPolicy? Of(ResourceKey machine) => Policies.GetValueOrDefault(machine)?.Policy;

    /// <summary>The policies after a change; those whose parts stayed are the same instances.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="partOf">The policy of an endpoint as if it were a machine of its own.</param>
    /// <param name="addressesOf">The addresses of an endpoint.</param>
    public MachinePolicies After(MachineIndex machines, Func<ResourceKey, SharedPolicy> partOf, Func<ResourceKey, EquatableArray<Cidr>> addressesOf)
    {
        if (machines.Parts.IsEmpty)
            return None;
        var result = ImmutableSortedDictionary.CreateBuilder<ResourceKey, MachinePolicy>();
        foreach (var (machine, bound) in machines.Parts)
        {
            var parts = bound.Any(part => part.Endpoint == machine) ? bound.Items : bound.Items.Insert(0, new(machine, null));
            ImmutableArray<MachineShare> content = [.. parts.Select(part => new MachineShare(part, addressesOf(part.Endpoint), partOf(part.Endpoint)))];
            var known = Policies.GetValueOrDefault(machine);
            result[machine] = known is not null && known.Parts.SequenceEqual(content) ? known : new(content, Make(machine, content));
        }

        return new() { Policies = result.ToImmutable() };
    }

    private static SharedPolicy Make(ResourceKey machine, ImmutableArray<MachineShare> content)
    {
        var own = content.First(share => share.Part.Endpoint == machine).Policy.Policy;
        var joined = HostPolicy.Empty with { Mode = own.Mode };
        foreach (var share in content)
        {
            var others = content.Where(other => other.Part.Endpoint != share.Part.Endpoint).SelectMany(other => other.Addresses.Items).ToEquatableArray();
            joined = Join(joined, share.Part.Endpoint == machine ? share.Policy.Policy : WithOwnGroups(share.Policy.Policy, share.Part.Endpoint), new(share.Part.Interface, share.Addresses, others));
        }

        return SharedPolicy.Of(joined);
    }

    private static HostPolicy Join(HostPolicy machine, HostPolicy part, MachineStages stages) => machine with
    {
        Inbound = [.. machine.Inbound, .. stages.Of(part.Inbound)],
        Outbound = [.. machine.Outbound, .. stages.Of(part.Outbound)],
        ForwardIn = [.. machine.ForwardIn, .. stages.OfForwarded(part.ForwardIn)],
        ForwardOut = [.. machine.ForwardOut, .. stages.OfForwarded(part.ForwardOut)],
        Sets = machine.Sets.SetItems(part.Sets),
        PortSets = machine.PortSets.SetItems(part.PortSets),
        DomainSets = machine.DomainSets.SetItems(part.DomainSets),
    };

    /// <summary>
    /// The policy with sets of its own for the groups of peers: the id of a group says how its half reads, and whose half reads so is another
    /// question for each endpoint.
    /// </summary>
    private static HostPolicy WithOwnGroups(HostPolicy policy, ResourceKey endpoint)
    {
        var names = policy.AllStages()
            .SelectMany(stage => stage.Branches)
            .Select(branch => branch.PeerSet)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(id => id, id => SetName.Of(id, $"{id}\n{endpoint}"), StringComparer.Ordinal);
        return policy with
        {
            Inbound = Renamed(policy.Inbound),
            Outbound = Renamed(policy.Outbound),
            ForwardIn = Renamed(policy.ForwardIn),
            ForwardOut = Renamed(policy.ForwardOut),
            Sets = policy.Sets.RemoveRange(names.Keys).AddRange(names.Select(pair => KeyValuePair.Create(pair.Value, policy.Sets[pair.Key].Named(pair.Value)))),
        };

        EquatableArray<Stage> Renamed(EquatableArray<Stage> stages) => stages.Select(stage => stage with
        {
            Branches = stage.Branches.Select(branch => branch.PeerSet is { } id ? branch with { PeerSet = names[id] } : branch).ToEquatableArray(),
        }).ToEquatableArray();
    }

    private sealed record MachinePolicy(ImmutableArray<MachineShare> Parts, SharedPolicy Policy);

    /// <summary>What an endpoint adds to its machine's policy.</summary>
    private sealed record MachineShare(MachinePart Part, EquatableArray<Cidr> Addresses, SharedPolicy Policy);
}
