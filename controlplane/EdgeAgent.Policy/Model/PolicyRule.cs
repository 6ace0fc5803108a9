using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// One rule of a policy, for one direction. It matches a flow when one of its traffic alternatives, one of its peers, and its condition
/// on the own end do.
/// </summary>
/// <param name="Verdict">What happens to what it matches.</param>
/// <param name="Label">Where it is in the resource, such as <c>ingress[0]</c>.</param>
/// <param name="Source">Where it was written.</param>
public sealed record PolicyRule(Verdict Verdict, string Label, SourcePosition Source)
{
    /// <summary>Alternatives of protocol and ports; null for any traffic, empty for none.</summary>
    public EquatableArray<TrafficMatch>? Traffic { get; init; }

    /// <summary>Alternatives of the other end; null for anything, empty for nothing.</summary>
    public EquatableArray<PeerMatch>? Peers
    {
        get;
        init => (field, GrantsByName) = (value, value is { } peers && peers.Items.Any(peer => !peer.Names.IsEmpty));
    }

    /// <summary>The Service whose endpoints are the other end; <see cref="Peers"/> is empty until it is looked up. Null for none.</summary>
    public ServicePeer? Service { get; init; }

    /// <summary>
    /// Whether the rule grants by name. Which addresses that means is known at its own end alone: at the other end it is read as if it meant
    /// anybody, so that what a name grants is never denied there.
    /// </summary>
    public bool GrantsByName { get; private init; }

    /// <summary>A condition on the own end, beside the policy's subjects; null for none.</summary>
    public PeerMatch? Self { get; init; }
}
