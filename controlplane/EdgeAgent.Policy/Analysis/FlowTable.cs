using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// What policy allows between all ends that there are, in groups that it treats alike. Failsafes and the modes of hosts are not looked at,
/// as for <see cref="PolicyEngine.Decide"/>.
/// </summary>
public sealed class FlowTable
{
    private static readonly IpFamily[] Families = [IpFamily.V4, IpFamily.V6];

    private readonly FlowMap _map;
    private readonly HalfVerdicts _halves = new();

    private FlowTable(EngineState state, bool namesMeanAll)
    {
        _map = new(state, state, namesMeanAll);
        Groups = _map.Groups;
    }

    /// <summary>The groups: hosts, then endpoints without agent, then names, then blocks.</summary>
    public ImmutableArray<FlowGroup> Groups { get; }

    /// <summary>The table of a state.</summary>
    public static FlowTable Of(EngineState state) => new(state, namesMeanAll: false);

    /// <summary>The table of what may be allowed: rules that grant by name are read as if any address had the name.</summary>
    internal static FlowTable Possible(EngineState state) => new(state, namesMeanAll: true);

    /// <summary>The group that an address belongs to; null for a loopback address.</summary>
    public FlowGroup? GroupOf(IpAddress address) => _map.GroupOf(address);

    /// <summary>
    /// What is allowed from one group to another; null where there is no flow that anybody enforces: the ends have no addresses of the
    /// family, both are without agent, or both are one host.
    /// </summary>
    public TrafficSet? Allowed(FlowGroup from, FlowGroup to, IpFamily family)
    {
        if (from.SiteOf(family) is not { } source || to.SiteOf(family) is not { } destination || (from.Hosts.Count == 0 && to.Hosts.Count == 0))
            return null;
        return from.OnlyHost is { } host && host == to.OnlyHost ? null : _halves.Between(source.After, destination.After);
    }

    /// <summary>
    /// The fewest disjoint sets of traffic of which every cell of the table allows all or nothing: the ports at which some verdict differs.
    /// </summary>
    public ImmutableArray<TrafficSet> Atoms()
    {
        var atoms = new List<TrafficSet> { TrafficSet.All };
        foreach (var allowed in Cells().Select(cell => cell.Allowed).Distinct().ToList())
        {
            atoms = [.. atoms.SelectMany(atom => new[] { atom.Intersect(allowed), atom.Except(allowed) }).Where(atom => !atom.IsNone)];
        }

        return [.. atoms.OrderBy(atom => atom.Parts.Count()).ThenBy(atom => atom.Sample.Protocol).ThenBy(atom => atom.Sample.First)];
    }

    /// <summary>All cells in which something is enforced.</summary>
    public IEnumerable<FlowCell> Cells() =>
        from source in Groups
        from destination in Groups
        from family in Families
        let allowed = Allowed(source, destination, family)
        where allowed is not null
        select new FlowCell(source, destination, family, allowed);

    /// <summary>
    /// The groups put together further, where all their verdicts are the same with everybody else and among themselves.
    /// </summary>
    public ImmutableArray<ImmutableArray<FlowGroup>> Alike()
    {
        var classes = new List<ImmutableArray<FlowGroup>.Builder>();
        foreach (var group in Groups)
        {
            var alike = classes.Find(members => IsAlike(members[0], group));
            if (alike is null)
                classes.Add(alike = ImmutableArray.CreateBuilder<FlowGroup>());
            alike.Add(group);
        }

        return [.. classes.Select(members => members.ToImmutable())];
    }

    private bool IsAlike(FlowGroup one, FlowGroup other)
    {
        if (one.Hosts.Count == 0 || other.Hosts.Count == 0)
            return false;
        foreach (var family in Families)
        {
            if (one.SiteOf(family) is null != other.SiteOf(family) is null)
                return false;
            if (one.SiteOf(family) is null)
                continue;
            var between = Allowed(one, other, family);
            if (!Same(between, Allowed(other, one, family)) || !SameOrNone(Allowed(one, one, family), between) || !SameOrNone(Allowed(other, other, family), between))
                return false;
            foreach (var third in Groups)
            {
                if (third != one && third != other
                    && !(Same(Allowed(one, third, family), Allowed(other, third, family)) && Same(Allowed(third, one, family), Allowed(third, other, family))))
                    return false;
            }
        }

        return true;
    }

    private static bool Same(TrafficSet? left, TrafficSet? right) => ReferenceEquals(left, right) || (left is not null && left.Equals(right));

    private static bool SameOrNone(TrafficSet? own, TrafficSet? between) => own is null || Same(own, between);
}

/// <summary>What is allowed from one group to another.</summary>
/// <param name="Source">The sources.</param>
/// <param name="Destination">The destinations.</param>
/// <param name="Family">The family of the flows.</param>
/// <param name="Allowed">The traffic.</param>
public sealed record FlowCell(FlowGroup Source, FlowGroup Destination, IpFamily Family, TrafficSet Allowed);
