using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Makes one revision of what many hosts say of themselves, but for those that clash with others.</summary>
internal static class RegistrationBatch
{
    /// <summary>Works out the revision, and why each host that it leaves out is refused.</summary>
    public static (ChangePlan Plan, IReadOnlyDictionary<ResourceKey, string> Refused) Plan(FleetState before, IReadOnlyList<RegisteredHost> hosts)
    {
        var refused = new Dictionary<ResourceKey, string>();
        var all = ChangePlan.Make(before, RequestOf(hosts));
        return all.Outcome.Accepted ? (all, refused) : (ChangePlan.Make(before, RequestOf(Accepted(before, [], hosts, refused))), refused);
    }

    /// <summary>Who made the revision.</summary>
    public static string AuthorOf(ChangePlan plan) => plan.Rows is [var row] ? $"host {row.Key.QualifiedName}" : "hosts";

    /// <summary>Why it was made.</summary>
    public static string NoteOf(ChangePlan plan) => plan.Rows is [_] ? "registered itself" : $"{plan.Rows.Count} hosts registered themselves";

    // Few are refused, so halves are tried as wholes; one that is refused alone is the culprit.
    private static List<RegisteredHost> Accepted(FleetState before, List<RegisteredHost> sofar, IReadOnlyList<RegisteredHost> candidates, Dictionary<ResourceKey, string> refused)
    {
        if (candidates.Count == 0)
            return sofar;
        var outcome = ChangePlan.Make(before, RequestOf([.. sofar, .. candidates])).Outcome;
        if (outcome.Accepted)
            return [.. sofar, .. candidates];
        if (candidates is [var one])
        {
            refused[one.Resource.Key] = outcome.Diagnostics.First(finding => finding.Severity == Severity.Error).Message;
            return sofar;
        }

        var half = candidates.Count / 2;
        var first = Accepted(before, sofar, [.. candidates.Take(half)], refused);
        return Accepted(before, first, [.. candidates.Skip(half)], refused);
    }

    private static ChangeRequest RequestOf(IReadOnlyList<RegisteredHost> hosts) =>
        new(DocumentOrigin.Registered, [.. hosts.Select(host => host.Resource)], [.. hosts.SelectMany(host => host.Warnings)], []);
}
