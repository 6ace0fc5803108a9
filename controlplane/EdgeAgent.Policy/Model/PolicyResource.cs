using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A policy of any language: what it does to the ingress and to the egress of the endpoints it selects.</summary>
public sealed record PolicyResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The tier's name.</summary>
    public string Tier { get; init; } = BuiltInTiers.Default;

    /// <summary>The place within the tier, lower first; null is last.</summary>
    public double? Order { get; init; }

    /// <summary>Whether it comes before others of equal order; the rest of them go by name, then namespace and kind.</summary>
    public bool PrecedesEquals { get; init; }

    /// <summary>Whether it is enforced.</summary>
    public PolicyMode Mode { get; init; } = PolicyMode.Enforce;

    /// <summary>Whether it is also about traffic that only passes through the endpoints it selects: ingress where that arrives, egress where it leaves.</summary>
    public bool AppliesOnForward { get; init; }

    /// <summary>What it does to ingress; null when it is not about ingress.</summary>
    public PolicySide? Ingress { get; init; }

    /// <summary>What it does to egress; null when it is not about egress.</summary>
    public PolicySide? Egress { get; init; }

    /// <summary>Whether a rule's peers are a Service, so that the rules rest on Services too.</summary>
    public bool NamesServices { get; init; }

    /// <summary>The side for a direction, seen from the endpoint.</summary>
    public PolicySide? Side(Direction direction) => direction == Direction.Inbound ? Ingress : Egress;

    /// <summary>The reference that compiled rules carry.</summary>
    public PolicyReference Reference(string rule) => new(Key.Kind, Key.Namespace, Key.Name, rule);
}

/// <summary>One direction of a policy.</summary>
/// <param name="Subjects">
/// The endpoints whose traffic it is about: those at which one of these holds, by their own labels. A subject given by blocks is about
/// the addresses in the blocks alone, where a host has others as well.
/// </param>
/// <param name="Rules">The rules in order.</param>
/// <param name="Isolates">Whether selecting an endpoint closes it for what the tier does not decide.</param>
public sealed record PolicySide(EquatableArray<PeerMatch> Subjects, EquatableArray<PolicyRule> Rules, bool Isolates);

/// <summary>Whether a policy has an effect.</summary>
public enum PolicyMode : byte
{
    /// <summary>It is enforced.</summary>
    Enforce = 1,

    /// <summary>What it would deny is logged and counted; it neither grants nor isolates.</summary>
    Audit = 2,
}
