using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Random changes of a host policy by kind. Not every one keeps the streams' verdicts.</summary>
internal sealed class SwapMoves
{
    private const int Large = 300, ManyBlocks = 1_100;
    private readonly Random _random;
    private readonly SwapAddresses _addresses;
    private readonly SwapStages _stages;

    internal SwapMoves(Random random) => (_random, _addresses, _stages) = (random, new(random), new(random, new(random)));

    internal HostPolicy Fresh() => With(HostPolicy.Empty, policy => policy with
    {
        Inbound = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => _stages.Stage(Direction.Inbound))],
        Outbound = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => _stages.Stage(Direction.Outbound))],
    });

    internal HostPolicy Of(SwapKind kind, HostPolicy policy) => kind switch
    {
        SwapKind.PeerIn => ChangeSet(policy, set => set.Append(_addresses.Stranger())),
        SwapKind.PeerOut => ChangeSet(policy, set => set.Where(static each => each.IsSingle).ToList() is { Count: > 0 } singles ? set.Remove(singles[_random.Next(singles.Count)]) : set),
        SwapKind.Growth => ChangeSet(policy, set => set.Count(static each => each.IsSingle) > Large
            ? set.Where(each => !each.IsSingle || StreamFlows.Peers.Contains(each.Network))
            : set.Concat(_addresses.Strangers(_random.Next(Large, 4 * Large)))),
        SwapKind.Blocks => ChangeSet(policy, set => set.Count(static each => !each.IsSingle) is > 0 and var blocks && _random.Next(3) == 0
            ? set.Where(each => each.IsSingle || _random.Next(blocks) > 3)
            : set.Concat(_addresses.Blocks(_random.Next(8) == 0 ? ManyBlocks : _random.Next(1, 20)))),
        SwapKind.PolicyOnPort => With(policy, before => ChangeBlock(before, (block, direction) => _random.Next(3) == 0 && block.Rules.Count > 1
            ? block with { Rules = block.Rules.Items.RemoveAt(_random.Next(block.Rules.Count)) }
            : block with { Rules = block.Rules.Items.Insert(_random.Next(block.Rules.Count + 1), _stages.Aside(direction)) })),
        SwapKind.NewPort => With(policy, before => ChangeBlock(before, (block, _) => block with { Rules = block.Rules.Items.Insert(_random.Next(block.Rules.Count + 1), Elsewhere()) })),
        SwapKind.Order => ChangeBlock(policy, (block, _) => block with { Rules = [.. block.Rules.OrderBy(_ => _random.Next())] }),
        SwapKind.Stages => With(policy, ChangeStages),
        SwapKind.Everything => Fresh(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such change"),
    };

    private Rule Elsewhere()
    {
        var first = (ushort)(_random.Next(3) == 0 ? StreamFlows.Ports[0] + _random.Next(80) : _random.Next(1, 60_000));
        var protocol = Pick([IpProtocol.Udp, IpProtocol.Udp, IpProtocol.Tcp, IpProtocol.Sctp, IpProtocol.Icmp, new(47)]);
        return new(Pick(Verdict.Allow, Verdict.Deny), _stages.Policy())
        {
            Protocol = new(protocol, false),
            Ports = protocol.HasPorts ? [new(first, (ushort)(first + (_random.Next(2) * _random.Next(500))))] : [],
            Icmp = protocol.HasIcmpType ? new((byte)_random.Next(20), null, false) : null,
            PeerAnyOf = [_stages.Set(_addresses.Strangers(_random.Next(1, 9)).Concat(_addresses.Blocks(_random.Next(3))))],
        };
    }

    private HostPolicy ChangeStages(HostPolicy policy)
    {
        var direction = Pick([Direction.Inbound, Direction.Outbound]);
        var stages = direction == Direction.Inbound ? policy.Inbound : policy.Outbound;
        var at = _random.Next(stages.Count);
        return Replace(policy, direction, _random.Next(4) switch
        {
            0 when stages.Count > 1 => stages.Items.RemoveAt(at),
            0 or 1 when stages.Count < 3 => stages.Items.Insert(_random.Next(stages.Count + 1), _stages.Stage(direction)),
            2 when stages[at].Branches.Count > 1 => stages.Items.SetItem(at, new(stages[at].Branches.Items.RemoveAt(_random.Next(stages[at].Branches.Count - 1)))),
            _ => stages.Items.SetItem(at, _stages.Stage(direction)),
        });
    }

    private HostPolicy ChangeSet(HostPolicy policy, Func<ImmutableArray<Cidr>, IEnumerable<Cidr>> change)
    {
        var set = Pick([.. policy.Sets.Values]);
        return policy with { Sets = policy.Sets.SetItem(set.Id, new(set.Id, change(set.Prefixes.Items))) };
    }

    private HostPolicy ChangeBlock(HostPolicy policy, Func<Block, Direction, Block> change)
    {
        var direction = Pick([Direction.Inbound, Direction.Outbound]);
        var stages = direction == Direction.Inbound ? policy.Inbound : policy.Outbound;
        var (stage, branch) = (_random.Next(stages.Count), 0);
        branch = _random.Next(stages[stage].Branches.Count);
        var blocks = stages[stage].Branches[branch].Blocks;
        var block = _random.Next(blocks.Count);
        var changed = stages[stage].Branches[branch] with { Blocks = blocks.Items.SetItem(block, change(blocks[block], direction)) };
        return Replace(policy, direction, stages.Items.SetItem(stage, new(stages[stage].Branches.Items.SetItem(branch, changed))));
    }

    // Sets come with the rules that name them, and go with the last one.
    private HostPolicy With(HostPolicy policy, Func<HostPolicy, HostPolicy> change)
    {
        _stages.Sets = policy.Sets.ToBuilder();
        var changed = change(policy);
        var branches = changed.Inbound.Concat(changed.Outbound).SelectMany(static stage => stage.Branches).ToList();
        var named = branches.SelectMany(static branch => branch.Blocks).SelectMany(static block => block.Rules)
            .SelectMany(static rule => rule.PeerAnyOf.Concat(rule.PeerNoneOf))
            .Concat(branches.Select(static branch => branch.PeerSet).OfType<string>())
            .ToHashSet(StringComparer.Ordinal);
        return changed with { Sets = _stages.Sets.Where(set => named.Contains(set.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    private static HostPolicy Replace(HostPolicy policy, Direction direction, ImmutableArray<Stage> stages) =>
        direction == Direction.Inbound ? policy with { Inbound = stages } : policy with { Outbound = stages };

    private T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];
}
