using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Computes what the hosts of each identity must enforce.</summary>
internal sealed class Compiler
{
    private readonly World _world;
    private readonly AddressBook _book;
    private readonly SetCatalog _sets;
    private readonly Dictionary<Identity, ImmutableArray<HostClassKey>> _identities;
    private readonly Dictionary<(Identity Subject, Identity Host, Direction Direction), Residue> _residues = [];

    private Compiler(World world)
    {
        _world = world;
        _book = new(world);
        _sets = new(_book);
        _identities = world.Classes.Values
            .GroupBy(members => new Identity(members), members => members.Key)
            .ToDictionary(group => group.Key, group => group.ToImmutableArray());
    }

    /// <summary>The policy of each class of hosts, at no revision.</summary>
    public static ImmutableDictionary<HostClassKey, HostPolicy> Compile(World world)
    {
        var compiler = new Compiler(world);
        var result = ImmutableDictionary.CreateBuilder<HostClassKey, HostPolicy>();
        foreach (var (identity, classes) in compiler._identities)
        {
            var policy = compiler.PolicyOf(identity);
            foreach (var key in classes)
                result[key] = policy;
        }

        return result.ToImmutable();
    }

    private HostPolicy PolicyOf(Identity host)
    {
        var branchSets = new Dictionary<string, AddressSet>(StringComparer.Ordinal);
        var policy = new HostPolicy
        {
            Mode = host.Mode,
            Inbound = Stages(host, Direction.Inbound, branchSets),
            Outbound = Stages(host, Direction.Outbound, branchSets),
        };
        return policy with
        {
            Sets = SetsOf(policy).Distinct().ToImmutableSortedDictionary(id => id, id => branchSets.GetValueOrDefault(id) ?? _sets.Set(id), StringComparer.Ordinal),
            PortSets = RulesOf(policy).SelectMany(rule => rule.PeerPorts.Items).Distinct().ToImmutableSortedDictionary(id => id, _sets.Port, StringComparer.Ordinal),
        };
    }

    private EquatableArray<Stage> Stages(Identity host, Direction direction, Dictionary<string, AddressSet> branchSets)
    {
        var stages = ImmutableArray.CreateBuilder<Stage>(2);
        var own = new TierBlocks(_world.Policies, host, direction, new OwnRuleWriter(host, direction, _sets)).Build().ToEquatableArray();
        if (!own.IsEmpty)
            stages.Add(new([new(null, own)]));
        if (direction == Direction.Outbound && host.Placement == BookendPlacement.Destination)
            return stages.ToImmutable();
        var peers = Bookend(host, direction, branchSets);
        if (!peers.IsEmpty)
            stages.Add(new(peers));
        return stages.ToImmutable();
    }

    /// <summary>The other ends' half of the host's flows: a branch for the peers whose half reads alike, where it does not allow everything.</summary>
    private EquatableArray<Branch> Bookend(Identity host, Direction direction, Dictionary<string, AddressSet> branchSets)
    {
        var theirs = direction == Direction.Inbound ? Direction.Outbound : Direction.Inbound;
        var groups = new Dictionary<Residue, List<HostClassKey>>();
        foreach (var (peer, classes) in _identities)
        {
            var residue = ResidueOf(peer, host, theirs);
            if (residue.IsOpen || ResidueOf(host, peer, direction).IsClosed)
                continue;
            if (!groups.TryGetValue(residue, out var members))
                groups[residue] = members = [];
            members.AddRange(classes);
        }

        var branches = new List<Branch>(groups.Count);
        foreach (var (residue, members) in groups)
        {
            var id = BranchName(residue, theirs);
            branchSets[id] = new(id, _book.Of(members));
            branches.Add(new(id, residue.Blocks));
        }

        return branches.OrderBy(branch => branch.PeerSet, StringComparer.Ordinal).ToEquatableArray();
    }

    private Residue ResidueOf(Identity subject, Identity host, Direction direction)
    {
        if (_residues.TryGetValue((subject, host, direction), out var residue))
            return residue;
        var enforces = subject.Mode is EnforcementMode.Enforce or EnforcementMode.Quarantine && !(subject.Families & host.Families).IsNone;
        residue = enforces
            ? Residue.Of(new TierBlocks(_world.Policies, subject, direction, new PeerRuleWriter(subject, host, direction, _sets)).Build())
            : default;
        _residues[(subject, host, direction)] = residue;
        return residue;
    }

    /// <summary>The name of the hosts whose half of a flow reads the same: by the policies that decide in it, and a digest of all of it.</summary>
    private static string BranchName(Residue residue, Direction direction)
    {
        var policies = residue.Blocks.Items
            .SelectMany(block => block.Rules.Items.Select(rule => rule.Policy).Append(block.EndPolicy))
            .Select(reference => reference.Policy)
            .Where(policy => policy.Length > 0)
            .Distinct();
        var meaning = HostPolicyDigest.Text(new() { Inbound = [new([new(null, residue.Blocks)])] });
        return SetName.Of($"{(direction == Direction.Inbound ? "in" : "out")}/{string.Join('_', policies)}", $"{direction} {meaning}");
    }

    private static IEnumerable<string> SetsOf(HostPolicy policy) =>
        BranchesOf(policy).Select(branch => branch.PeerSet).OfType<string>()
            .Concat(RulesOf(policy).SelectMany(rule => rule.PeerAnyOf.Items.Concat(rule.PeerNoneOf.Items)));

    private static IEnumerable<Rule> RulesOf(HostPolicy policy) =>
        BranchesOf(policy).SelectMany(branch => branch.Blocks.Items).SelectMany(block => block.Rules.Items);

    private static IEnumerable<Branch> BranchesOf(HostPolicy policy) =>
        policy.Inbound.Items.Concat(policy.Outbound.Items).SelectMany(stage => stage.Branches.Items);
}
