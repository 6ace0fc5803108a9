using System.Data.Common;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>A revision that is worked out, before it is stored and published.</summary>
/// <param name="After">The state after it.</param>
/// <param name="Rows">What it changes; a step of a rollout changes no document.</param>
/// <param name="Author">Who makes it.</param>
/// <param name="Note">Why.</param>
internal sealed record RevisionStep(FleetState After, EquatableArray<DocumentChange> Rows, string Author, string Note)
{
    /// <summary>What is to be stored with it, or not at all; null for nothing.</summary>
    public Action<DbConnection>? Also { get; init; }
}
