using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Finds what was changed by others since a draft was saved, and would be undone by it.</summary>
internal static class DraftConflicts
{
    /// <summary>The resources of a draft that later revisions changed to something else, each with the newest of these.</summary>
    public static IReadOnlyList<(ResourceKey Key, RevisionRecord Revision)> Of(StoredDraft draft, IEnumerable<ManifestResource> resources, FleetState state, RevisionLog log)
    {
        var conflicts = new List<(ResourceKey, RevisionRecord)>();
        foreach (var resource in resources)
        {
            var present = state.Declared.GetValueOrDefault(resource.Key);
            var isKnownOld = present is not null && present.Revision <= draft.Base;
            if (!isKnownOld && present?.Resource.Text != resource.Text && log.Changed(resource.Key, draft.Base) is { } record)
                conflicts.Add((resource.Key, record));
        }

        return conflicts;
    }
}
