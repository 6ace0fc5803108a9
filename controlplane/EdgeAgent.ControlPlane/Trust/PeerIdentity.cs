using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Trust;

/// <summary>Who a caller is, as far as it is proven.</summary>
/// <param name="Id">The SPIFFE id, or a person's name; empty for a caller that proved neither.</param>
/// <param name="Host">The host that it is; null for none.</param>
/// <param name="Grants">Its roles.</param>
internal sealed record PeerIdentity(string Id, HostName? Host, EquatableArray<RoleGrant> Grants)
{
    /// <summary>Who may do everything.</summary>
    public static EquatableArray<RoleGrant> AllRights { get; } = [new(Role.Admin, "")];

    /// <summary>The serial number of its certificate, in upper-case hexadecimal digits; empty for none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>When its certificate ends; null for a caller without one.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The pin of the embedded authority that issued its certificate; none without one.</summary>
    public Digest Authority { get; init; }

    /// <summary>The host that a certificate names which was good, and is not any more; null for none.</summary>
    public HostName? Former { get; init; }

    /// <summary>Why what it showed proves nothing; null for nothing to say.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether it has a role in a namespace; the empty one is what is in none.</summary>
    public bool May(Role role, string ns) => Grants.Any(grant => grant.Role >= role && (grant.Namespace.Length == 0 || grant.Namespace == ns));

    /// <summary>Whether it has a role in all namespaces.</summary>
    public bool MayEverywhere(Role role) => May(role, "");

    /// <summary>Whether it has a role anywhere.</summary>
    public bool MaySomewhere(Role role) => Grants.Any(grant => grant.Role >= role);
}
