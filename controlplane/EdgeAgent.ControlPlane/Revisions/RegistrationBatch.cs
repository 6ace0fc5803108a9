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
        return all.Outcome.Accepted ? (all, refused) : (ChangePlan.Make(before, RequestOf(AcceptablePart.Of(hosts, part => ChangePlan.Make(before, RequestOf(part)).Outcome, (host, why) => refused[host.Resource.Key] = why))), refused);
    }

    /// <summary>Who made the revision.</summary>
    public static string AuthorOf(ChangePlan plan) => plan.Rows is [var row] ? $"host {row.Key.QualifiedName}" : "hosts";

    /// <summary>Why it was made.</summary>
    public static string NoteOf(ChangePlan plan) => plan.Rows is [_] ? "registered itself" : $"{plan.Rows.Count} hosts registered themselves";

    private static ChangeRequest RequestOf(IReadOnlyList<RegisteredHost> hosts) =>
        new(DocumentOrigin.Registered, [.. hosts.Select(host => host.Resource)], [.. hosts.SelectMany(host => host.Warnings)], []);
}
