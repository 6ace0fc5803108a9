using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>What somebody may do; each role includes those before it.</summary>
internal enum Role
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See resources and status.</summary>
    Viewer = 1,

    /// <summary>Change resources.</summary>
    Editor = 2,

    /// <summary>Let hosts in and out; people too, where it is for all namespaces.</summary>
    Admin = 3,
}

/// <summary>A role in a namespace.</summary>
/// <param name="Role">The role.</param>
/// <param name="Namespace">The namespace; empty for all of them and for what is in none.</param>
internal readonly record struct RoleGrant(Role Role, string Namespace);

/// <summary>Somebody who may call.</summary>
/// <param name="Name">A name, or the SPIFFE id of a certificate.</param>
/// <param name="Grants">The roles, by namespace.</param>
/// <param name="Created">Since when.</param>
/// <param name="CreatedBy">Who let the person in.</param>
/// <param name="Expires">When the bearer token ends; null for somebody with a certificate.</param>
internal sealed record Person(string Name, EquatableArray<RoleGrant> Grants, DateTimeOffset Created, string CreatedBy, DateTimeOffset? Expires);
