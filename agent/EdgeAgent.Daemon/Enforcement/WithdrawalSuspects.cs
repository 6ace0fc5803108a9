using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// Compares two policies rule by rule. An allow ends a stage for good and a deny ends it for bad, so that a flow can only be withdrawn if it
/// meets an allow that went, a deny that came, or anything else that changed; all other changes can only grant.
/// </summary>
internal static class WithdrawalSuspects
{
    private const int MostPeers = 4, MostServices = 2;

    /// <summary>Adds whom the change may concern; false if that cannot be said in a few words.</summary>
    internal static bool Gather(HostPolicy old, HostPolicy now, HashSet<Suspect> suspects)
    {
        var sets = ChangedSets(old, now);
        var portSets = old.PortSets.Keys.Union(now.PortSets.Keys).Where(id => old.PortSets.GetValueOrDefault(id)?.Digest != now.PortSets.GetValueOrDefault(id)?.Digest).ToHashSet();
        return TrafficPaths.All.All(path => Gather(path, old.StagesOf(path), now.StagesOf(path), sets, portSets, suspects));
    }

    private static bool Gather(TrafficPath path, EquatableArray<Stage> before, EquatableArray<Stage> after, Dictionary<string, SetChange> sets, HashSet<string> portSets, HashSet<Suspect> suspects)
    {
        if (before != after && !(HaveOneShape(before, after) && ChangedRules(before, after).All(rule => AddService(path, rule, suspects))))
            return false;
        if (sets.Count + portSets.Count == 0)
            return true;
        if (Branches(before).Concat(Branches(after)).Any(branch => branch.PeerSet is { } set && sets.ContainsKey(set)))
            return false;
        foreach (var rule in before == after ? Rules(before) : Rules(before).Concat(Rules(after)))
        {
            if (rule.PeerPorts.Any(portSets.Contains) && !AddService(path, rule, suspects))
                return false;
            foreach (var id in rule.PeerAnyOf.Concat(rule.PeerNoneOf))
            {
                if (sets.TryGetValue(id, out var change) && !AddPeers(path, Against(rule, id, change), rule, suspects))
                    return false;
            }
        }

        return true;
    }

    private static bool HaveOneShape(EquatableArray<Stage> before, EquatableArray<Stage> after) =>
        before.Count == after.Count && before.Zip(after).All(stages => stages.First.Interface == stages.Second.Interface
            && stages.First.Branches.Count == stages.Second.Branches.Count
            && stages.First.Branches.Zip(stages.Second.Branches).All(branches => branches.First.PeerSet == branches.Second.PeerSet
                && branches.First.Blocks.Count == branches.Second.Blocks.Count
                && branches.First.Blocks.Zip(branches.Second.Blocks).All(blocks => blocks.First.End == blocks.Second.End)));

    /// <summary>The rules that may withdraw: what lies between the equal beginning and the equal end of each block, but for those that only grant.</summary>
    private static IEnumerable<Rule> ChangedRules(EquatableArray<Stage> before, EquatableArray<Stage> after)
    {
        foreach (var (old, now) in Branches(before).SelectMany(branch => branch.Blocks).Zip(Branches(after).SelectMany(branch => branch.Blocks)))
        {
            var (a, b) = (old.Rules.Items, now.Rules.Items);
            var shorter = Math.Min(a.Length, b.Length);
            var start = 0;
            while (start < shorter && a[start] == b[start])
                start++;
            var end = 0;
            while (end < shorter - start && a[^(end + 1)] == b[^(end + 1)])
                end++;
            foreach (var rule in a[start..^end].Where(rule => rule.Verdict is not (Verdict.Deny or Verdict.Log)).Concat(b[start..^end].Where(rule => rule.Verdict is not (Verdict.Allow or Verdict.Log))))
                yield return rule;
        }
    }

    /// <summary>The addresses for which a rule's match turned against the flow.</summary>
    private static IEnumerable<Cidr> Against(Rule rule, string id, SetChange change) => (rule.Verdict, rule.PeerAnyOf.Contains(id), rule.PeerNoneOf.Contains(id)) switch
    {
        (Verdict.Log, _, _) => [],
        (Verdict.Allow, true, false) or (Verdict.Deny, false, true) => change.Removed,
        (Verdict.Allow, false, true) or (Verdict.Deny, true, false) => change.Added,
        _ => change.Added.Concat(change.Removed),
    };

    private static bool AddPeers(TrafficPath path, IEnumerable<Cidr> blocks, Rule rule, HashSet<Suspect> suspects)
    {
        var peers = blocks.SelectMany(Addresses).Take(MostPeers + 1).ToList();
        if (peers.Count > MostPeers)
            return AddService(path, rule, suspects);
        foreach (var peer in peers)
            suspects.Add(new(path, peer, null));
        return suspects.Select(suspect => suspect.Peer).OfType<IpAddress>().Distinct().Count() <= MostPeers;
    }

    private static bool AddService(TrafficPath path, Rule rule, HashSet<Suspect> suspects)
    {
        if (rule.Protocol is not { Negated: false, Protocol: { HasPorts: true } protocol } || rule.Ports.IsEmpty || rule.Ports.Any(range => range.First != range.Last))
            return false;
        foreach (var range in rule.Ports)
            suspects.Add(new(path, null, (protocol, range.First)));
        return suspects.Select(suspect => suspect.Service).OfType<(IpProtocol, ushort)>().Distinct().Count() <= MostServices;
    }

    private static Dictionary<string, SetChange> ChangedSets(HostPolicy old, HostPolicy now)
    {
        var changed = new Dictionary<string, SetChange>(StringComparer.Ordinal);
        foreach (var id in old.Sets.Keys.Concat(now.Sets.Keys.Where(id => !old.Sets.ContainsKey(id))))
        {
            var (before, after) = (old.Sets.GetValueOrDefault(id), now.Sets.GetValueOrDefault(id));
            if (before?.Digest == after?.Digest)
                continue;
            var (was, becomes) = (before?.Prefixes ?? [], after?.Prefixes ?? []);
            changed.Add(id, new(CidrSet.Except(becomes, was), CidrSet.Except(was, becomes)));
        }

        return changed;
    }

    private static IEnumerable<IpAddress> Addresses(Cidr block)
    {
        for (var address = block.Network; ; address = address with { Bits = address.Bits + 1 })
        {
            yield return address;
            if (address == block.Last)
                yield break;
        }
    }

    private static IEnumerable<Branch> Branches(EquatableArray<Stage> stages) => stages.SelectMany(stage => stage.Branches);

    private static IEnumerable<Rule> Rules(EquatableArray<Stage> stages) => Branches(stages).SelectMany(branch => branch.Blocks).SelectMany(block => block.Rules);

    /// <summary>The addresses that a set has gained and lost.</summary>
    private readonly record struct SetChange(EquatableArray<Cidr> Added, EquatableArray<Cidr> Removed);
}
