using System.Net;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>A rule of a policy.</summary>
/// <param name="Action">Allow, Deny, Pass or Log.</param>
/// <param name="Matches">Whether it is about a flow.</param>
internal sealed record RawRule(string Action, Func<RawFlow, bool> Matches);

/// <summary>A policy with its place among those of its tier.</summary>
/// <param name="Tier">The name of the tier.</param>
/// <param name="Order">Lower comes first.</param>
/// <param name="Name">Decides between equal orders; then the namespace, then the kind.</param>
/// <param name="Namespace">Empty for none.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Selects">Whom it is about, at one of their addresses.</param>
/// <param name="Ingress">Its rules for ingress; null where it is not about ingress.</param>
/// <param name="Egress">Its rules for egress; null where it is not about egress.</param>
internal sealed record RawPolicy(string Tier, double Order, string Name, string Namespace, string Kind, Func<RawEndpoint, IPAddress, bool> Selects, List<RawRule>? Ingress, List<RawRule>? Egress)
{
    /// <summary>Whether it comes before others of its order.</summary>
    public bool IsFirstOfOrder { get; init; }

    /// <summary>Whether its tier denies, for whom it is about, what none of the tier's policies decides on.</summary>
    public bool Isolates { get; init; } = true;

    /// <summary>Whether it is about traffic that only passes through whom it selects, too.</summary>
    public bool IsAboutForwarding { get; init; }

    /// <summary>Whether it is not enforced, and what it would deny is logged.</summary>
    public bool IsAudited { get; init; }

    public List<RawRule>? Rules(RawSide side) => side == RawSide.Ingress ? Ingress : Egress;
}

/// <summary>A tier.</summary>
/// <param name="Name">The name; decides between equal orders.</param>
/// <param name="Order">Lower comes first.</param>
/// <param name="Denies">Whether it denies what none of its policies decides on, for whom one of them selects.</param>
internal sealed record RawTier(string Name, double Order, bool Denies);
