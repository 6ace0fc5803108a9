using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Wire;

/// <summary>Host policies and their deltas, between wire and values.</summary>
public static class HostPolicyMapping
{
    /// <summary>To the wire; sets that the host holds go without content.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="holds">Whether the host holds a set of this digest; null for none.</param>
    /// <param name="encode">Encodes a set, or finds its encoding; null to encode each anew.</param>
    /// <param name="digest">The policy's digest where it is known; none computes it.</param>
    public static V1.Snapshot ToWire(HostPolicy policy, Func<Digest, bool>? holds = null, Func<AddressSet, V1.AddressSet>? encode = null, Digest digest = default)
    {
        encode ??= SetMapping.ToWire;
        var wire = new V1.Snapshot
        {
            Revision = policy.Revision.Number,
            Digest = (digest.IsNone ? HostPolicyDigest.Of(policy) : digest).Hex,
            Mode = (V1.Mode)policy.Mode,
        };
        wire.Inbound.AddRange(policy.Inbound.Select(RuleMapping.ToWire));
        wire.Outbound.AddRange(policy.Outbound.Select(RuleMapping.ToWire));
        wire.ForwardIn.AddRange(policy.ForwardIn.Select(RuleMapping.ToWire));
        wire.ForwardOut.AddRange(policy.ForwardOut.Select(RuleMapping.ToWire));
        foreach (var set in policy.Sets.Values)
            wire.Sets.Add(holds?.Invoke(set.Digest) == true ? new() { Id = set.Id, Digest = set.Digest.Hex } : encode(set));
        wire.PortSets.AddRange(policy.PortSets.Values.Select(SetMapping.ToWire));
        wire.DomainSets.AddRange(policy.DomainSets.Values.Select(SetMapping.ToWire));
        return wire;
    }

    /// <summary>From the wire; sets without content are taken from those that the host holds.</summary>
    /// <exception cref="WireFormatException">A field is out of range, a set is missing, or the digest is not the sender's.</exception>
    public static HostPolicy FromWire(V1.Snapshot wire, Func<Digest, AddressSet?>? held = null)
    {
        var policy = new HostPolicy
        {
            Revision = RevisionFromWire(wire.Revision),
            Mode = FromWire(wire.Mode),
            Inbound = wire.Inbound.Select(RuleMapping.FromWire).ToEquatableArray(),
            Outbound = wire.Outbound.Select(RuleMapping.FromWire).ToEquatableArray(),
            ForwardIn = wire.ForwardIn.Select(RuleMapping.FromWire).ToEquatableArray(),
            ForwardOut = wire.ForwardOut.Select(RuleMapping.FromWire).ToEquatableArray(),
            Sets = wire.Sets.Select(set => SetMapping.FromWire(set, held ?? (_ => null))).ById(set => set.Id, "set"),
            PortSets = wire.PortSets.Select(SetMapping.FromWire).ById(set => set.Id, "port set"),
            DomainSets = wire.DomainSets.Select(SetMapping.FromWire).ById(set => set.Id, "set of names"),
        };
        RequireNamedSets(policy);
        var digest = HostPolicyDigest.Of(policy);
        return digest.Hex == wire.Digest
            ? policy
            : throw new WireFormatException($"snapshot of revision {wire.Revision}: content has digest {digest.Short}; expected '{wire.Digest}'");
    }

    /// <summary>To the wire.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="encode">Encodes what changed in a set, or finds its encoding; null to encode each anew.</param>
    public static V1.Delta ToWire(HostPolicyDelta delta, Func<AddressSetChange, V1.AddressSetChange>? encode = null)
    {
        var wire = new V1.Delta
        {
            BaseDigest = delta.Base.Hex,
            Revision = delta.Revision.Number,
            Digest = delta.Result.Hex,
            Mode = (V1.Mode)delta.Mode,
            Inbound = ToWire(delta.Inbound),
            Outbound = ToWire(delta.Outbound),
            ForwardIn = ToWire(delta.ForwardIn),
            ForwardOut = ToWire(delta.ForwardOut),
        };
        wire.SetChanges.AddRange(delta.SetChanges.Select(encode ?? SetMapping.ToWire));
        wire.RemovedSets.AddRange(delta.RemovedSets);
        wire.PortSetChanges.AddRange(delta.PortSetChanges.Select(SetMapping.ToWire));
        wire.RemovedPortSets.AddRange(delta.RemovedPortSets);
        wire.DomainSetChanges.AddRange(delta.DomainSetChanges.Select(SetMapping.ToWire));
        wire.RemovedDomainSets.AddRange(delta.RemovedDomainSets);
        return wire;
    }

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A field is out of range.</exception>
    public static HostPolicyDelta FromWire(V1.Delta wire) => new()
    {
        Base = SetMapping.DigestFromWire(wire.BaseDigest, "delta base"),
        Result = SetMapping.DigestFromWire(wire.Digest, "delta result"),
        Revision = RevisionFromWire(wire.Revision),
        Mode = FromWire(wire.Mode),
        Inbound = wire.Inbound?.Stages.Select(RuleMapping.FromWire).ToEquatableArray(),
        Outbound = wire.Outbound?.Stages.Select(RuleMapping.FromWire).ToEquatableArray(),
        ForwardIn = wire.ForwardIn?.Stages.Select(RuleMapping.FromWire).ToEquatableArray(),
        ForwardOut = wire.ForwardOut?.Stages.Select(RuleMapping.FromWire).ToEquatableArray(),
        SetChanges = wire.SetChanges.Select(SetMapping.FromWire).ToEquatableArray(),
        RemovedSets = wire.RemovedSets.ToEquatableArray(),
        PortSetChanges = wire.PortSetChanges.Select(SetMapping.FromWire).ToEquatableArray(),
        RemovedPortSets = wire.RemovedPortSets.ToEquatableArray(),
        DomainSetChanges = wire.DomainSetChanges.Select(SetMapping.FromWire).ToEquatableArray(),
        RemovedDomainSets = wire.RemovedDomainSets.ToEquatableArray(),
    };

    /// <summary>A revision.</summary>
    /// <exception cref="WireFormatException">Below zero.</exception>
    public static Revision RevisionFromWire(long wire) =>
        wire >= 0 ? new(wire) : throw new WireFormatException($"revision {wire}; expected 0 or more");

    private static V1.StageList? ToWire(EquatableArray<Stage>? stages)
    {
        if (stages is null)
            return null;
        var wire = new V1.StageList();
        wire.Stages.AddRange(stages.Value.Select(RuleMapping.ToWire));
        return wire;
    }

    private static EnforcementMode FromWire(V1.Mode wire) =>
        wire is >= V1.Mode.Enforce and <= V1.Mode.Quarantine ? (EnforcementMode)wire : throw new WireFormatException($"mode {wire}; expected enforce, audit, off or quarantine");

    private static ImmutableSortedDictionary<string, T> ById<T>(this IEnumerable<T> sets, Func<T, string> id, string what)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (var set in sets)
        {
            if (!result.TryAdd(id(set), set))
                throw new WireFormatException($"{what} {id(set)} comes twice");
        }

        return result.ToImmutable();
    }

    private static void RequireNamedSets(HostPolicy policy)
    {
        if (policy.DomainSets.Keys.FirstOrDefault(policy.Sets.ContainsKey) is { } twice)
            throw new WireFormatException($"set {twice} is a set of addresses and of names");
        foreach (var branch in policy.AllStages().SelectMany(stage => stage.Branches))
        {
            if (branch.PeerSet is { } peers)
                Require(policy.Sets.ContainsKey(peers), peers);
            foreach (var rule in branch.Blocks.SelectMany(block => block.Rules))
            {
                foreach (var id in rule.PeerAnyOf)
                    Require(policy.Sets.ContainsKey(id) || policy.DomainSets.ContainsKey(id), id);
                foreach (var id in rule.PeerNoneOf)
                    Require(policy.Sets.ContainsKey(id), id);
                foreach (var id in rule.PeerPorts)
                    Require(policy.PortSets.ContainsKey(id), id);
            }
        }

        static void Require(bool present, string id)
        {
            if (!present)
                throw new WireFormatException($"a rule names set {id}, which the policy does not hold");
        }
    }
}
