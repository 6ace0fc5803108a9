using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>What a change would make of a state, worked out in full without touching anything.</summary>
/// <param name="After">The state after it; the same as before where it changes nothing or has errors.</param>
/// <param name="Rows">What the store is to write; nothing where nothing changes.</param>
/// <param name="Outcome">What to tell who asked.</param>
internal sealed record ChangePlan(FleetState After, EquatableArray<DocumentChange> Rows, ChangeOutcome Outcome)
{
    /// <summary>Works a change out.</summary>
    public static ChangePlan Make(FleetState before, ChangeRequest request)
    {
        var next = before.Revision.Next;
        var (declared, registered, followed) = (before.Declared.ToBuilder(), before.Registered.ToBuilder(), before.Followed.ToBuilder());
        var target = request.Origin switch
        {
            DocumentOrigin.Declared => declared,
            DocumentOrigin.Followed => followed,
            _ => registered,
        };
        var rows = new List<DocumentChange>();
        var changes = new List<(ResourceKey Key, DocumentChangeKind? Kind)>();
        var diagnostics = new List<Diagnostic>(request.Warnings);

        foreach (var key in request.Delete.Distinct())
        {
            if (request.Origin == DocumentOrigin.Followed)
            {
                if (followed.Remove(key))
                    rows.Add(new(DocumentChangeKind.Deleted, key, DocumentOrigin.Followed, null));
                changes.Add((key, before.Followed.ContainsKey(key) ? DocumentChangeKind.Deleted : null));
                continue;
            }

            var removed = declared.Remove(key);
            if (removed)
                rows.Add(new(DocumentChangeKind.Deleted, key, DocumentOrigin.Declared, null));
            var left = !request.KeepsRegistrations && registered.Remove(key);
            if (left)
                rows.Add(new(DocumentChangeKind.Deleted, key, DocumentOrigin.Registered, null));
            if (before.Followed.GetValueOrDefault(key) is { } other)
                diagnostics.Add(new(Severity.Warning, SourcePosition.None, key, "", $"{other.Resource.Source.File} has it, so that it {(removed ? "is in force again" : "stays; delete it there, or declare another in its place")}"));
            else if (!removed && !left)
                diagnostics.Add(new(Severity.Warning, SourcePosition.None, key, "", "there is no such resource; nothing to delete"));
            changes.Add((key, before.Find(key) is null ? null : DocumentChangeKind.Deleted));
        }

        foreach (var resource in request.Set)
        {
            if (target.TryGetValue(resource.Key, out var present) && present.Resource.Text == resource.Text)
            {
                changes.Add((resource.Key, null));
                continue;
            }

            var kind = before.Find(resource.Key) is null ? DocumentChangeKind.Created : DocumentChangeKind.Changed;
            var stored = new StoredResource(resource, request.Origin, next, WarningsOf(resource.Key, request.Warnings));
            target[resource.Key] = stored;
            rows.Add(new(kind, resource.Key, request.Origin, stored.Document));
            changes.Add((resource.Key, kind));
        }

        var quarantined = Orders(before, request, next, rows, changes);
        if (rows.Count == 0)
            return new(before, [], new(true, before.Revision, changes, diagnostics, 0));

        var forbidden = rows.Select(row => request.Refuses(row.Key, before.Find(row.Key)?.Resource.Model, target.GetValueOrDefault(row.Key)?.Resource.Model)).OfType<string>().Distinct().ToList();
        if (forbidden.Count > 0)
            return new(before, [], new ChangeOutcome(false, before.Revision, [], [], 0) { Forbidden = forbidden });

        var after = before with { Revision = next, Declared = declared.ToImmutable(), Registered = registered.ToImmutable(), Followed = followed.ToImmutable(), Quarantined = quarantined, Encodings = before.Encodings.At(next) };
        var touched = rows.Select(row => row.Key).ToHashSet();
        return Complete(before, after, touched, rows, new(true, next, changes, diagnostics, 0), warns: request.Origin == DocumentOrigin.Declared);
    }

    /// <summary>The state that documents of the store amount to.</summary>
    /// <exception cref="StoreException">A document is no longer readable: the store is not of this version.</exception>
    public static FleetState Restore(Revision newest, IReadOnlyList<Document> documents)
    {
        var state = FleetState.Empty with { Revision = newest, Encodings = FleetState.Empty.Encodings.At(newest) };
        var (declared, registered, followed, quarantined) = (state.Declared.ToBuilder(), state.Registered.ToBuilder(), state.Followed.ToBuilder(), state.Quarantined.ToBuilder());
        foreach (var document in documents)
        {
            if (document.Origin == DocumentOrigin.Quarantined)
                quarantined.Add(document.Key, document.Revision);
            else
                (document.Origin switch { DocumentOrigin.Declared => declared, DocumentOrigin.Followed => followed, _ => registered }).Add(document.Key, StoredResource.Read(document));
        }

        state = state with { Declared = declared.ToImmutable(), Registered = registered.ToImmutable(), Followed = followed.ToImmutable(), Quarantined = quarantined.ToImmutable() };
        return WithPolicies(FleetState.Empty, state, [.. documents.Select(document => document.Key)]).After;
    }

    /// <summary>The state after a revision that another control plane made.</summary>
    /// <exception cref="StoreException">A document is not readable: another version wrote it.</exception>
    public static FleetState Replay(FleetState before, RevisionRecord record)
    {
        var documents = WithDocuments(before, record.Revision, record.Changes);
        var after = WithPolicies(before, documents with { Revision = record.Revision, Encodings = before.Encodings.At(record.Revision) }, KeysOf(record.Changes)).After;
        return after.Rollout is not { } rollout ? after : after with { Rollout = rollout with { Base = Beside(rollout.Base, record.Revision, record.Changes).After } };
    }

    /// <summary>
    /// The state that hosts are served whom a rollout has not reached: what hosts say of themselves and quarantines hold there, too. It keeps
    /// its number, since it is the resources of that revision that they enforce.
    /// </summary>
    private static (FleetState After, IReadOnlyList<Diagnostic> Findings) Beside(FleetState held, Revision revision, IEnumerable<DocumentChange> changes)
    {
        var others = changes.Where(change => change.Origin != DocumentOrigin.Declared).ToList();
        if (others.Count == 0)
            return (held, []);
        var documents = WithDocuments(held, revision, others) with { Encodings = held.Encodings.At(held.Revision) };
        var findings = PossibleClash.Exists(held, documents, KeysOf(others)) ? Check(documents, KeysOf(others)) : [];
        var (after, errors, _) = WithPolicies(held, documents, KeysOf(others));
        return (after, [.. findings, .. errors]);
    }

    private static HashSet<ResourceKey> KeysOf(IEnumerable<DocumentChange> changes) => [.. changes.Select(change => change.Key)];

    private static FleetState WithDocuments(FleetState before, Revision revision, IEnumerable<DocumentChange> changes)
    {
        var (declared, registered, followed, quarantined) = (before.Declared.ToBuilder(), before.Registered.ToBuilder(), before.Followed.ToBuilder(), before.Quarantined.ToBuilder());
        foreach (var change in changes)
        {
            var target = change.Origin switch { DocumentOrigin.Declared => declared, DocumentOrigin.Followed => followed, _ => registered };
            if (change.Origin == DocumentOrigin.Quarantined && change.Document is not null)
                quarantined[change.Key] = revision;
            else if (change.Origin == DocumentOrigin.Quarantined)
                quarantined.Remove(change.Key);
            else if (change.Document is { } document)
                target[change.Key] = StoredResource.Read(document);
            else
                target.Remove(change.Key);
        }

        return before with { Declared = declared.ToImmutable(), Registered = registered.ToImmutable(), Followed = followed.ToImmutable(), Quarantined = quarantined.ToImmutable() };
    }

    private static ImmutableSortedDictionary<ResourceKey, Revision> Orders(
        FleetState before, ChangeRequest request, Revision next, List<DocumentChange> rows, List<(ResourceKey Key, DocumentChangeKind? Kind)> changes)
    {
        var quarantined = before.Quarantined.ToBuilder();
        foreach (var key in request.Quarantine)
        {
            var isNew = quarantined.TryAdd(key, next);
            if (isNew)
                rows.Add(new(DocumentChangeKind.Created, key, DocumentOrigin.Quarantined, new(key, DocumentOrigin.Quarantined, "", 1, "mode: Quarantine")));
            changes.Add((key, isNew ? DocumentChangeKind.Changed : null));
        }

        foreach (var key in request.Release)
        {
            var isGone = quarantined.Remove(key);
            if (isGone)
                rows.Add(new(DocumentChangeKind.Deleted, key, DocumentOrigin.Quarantined, null));
            changes.Add((key, isGone ? DocumentChangeKind.Changed : null));
        }

        return quarantined.ToImmutable();
    }

    private static ChangePlan Complete(FleetState before, FleetState after, HashSet<ResourceKey> touched, IReadOnlyList<DocumentChange> rows, ChangeOutcome outcome, bool warns)
    {
        var findings = PossibleClash.Exists(before, after, touched) ? Check(after, touched) : [];
        if (findings.Any(finding => finding.Severity == Severity.Error))
            return Refused(before, outcome, findings);

        var (result, errors, hostsTouched) = WithPolicies(before, after, touched);
        if (errors.Count > 0)
            return Refused(before, outcome, [.. findings, .. errors]);
        if (before.Rollout is { } rollout)
        {
            var (held, heldFindings) = Beside(rollout.Base, after.Revision, rows);
            if (heldFindings.Any(finding => finding.Severity == Severity.Error))
                return Refused(before, outcome, heldFindings);
            result = result with { Rollout = rollout with { Base = held } };
        }

        var told = outcome.Diagnostics.Concat(findings.Concat(warns ? result.Warnings : []).Where(finding => finding.Resource is { } key && touched.Contains(key)));
        return new(result, rows.ToEquatableArray(), outcome with { Diagnostics = [.. told], HostsTouched = hostsTouched });
    }

    private static IReadOnlyList<Diagnostic> Check(FleetState after, HashSet<ResourceKey> touched)
    {
        // Of two that clash the later one is in error: what is new goes last.
        var (changed, kept) = Split(after.ToCheck, resource => touched.Contains(resource.Key));
        return ManifestReader.Check([.. kept, .. changed]);
    }

    private static ChangePlan Refused(FleetState before, ChangeOutcome outcome, IEnumerable<Diagnostic> findings) => new(
        before,
        [],
        outcome with { Accepted = false, Revision = before.Revision, Changes = [], Diagnostics = [.. outcome.Diagnostics, .. findings.Where(finding => finding.Severity == Severity.Error)] });

    private static (FleetState After, IReadOnlyList<Diagnostic> Errors, int HostsTouched) WithPolicies(FleetState before, FleetState after, HashSet<ResourceKey> touched)
    {
        var set = new List<Resource>();
        var deleted = new List<ResourceKey>();
        var hosts = before.Hosts.ToBuilder();
        foreach (var key in touched)
        {
            if (before.Effective(key) is EndpointResource { IsManaged: true })
                hosts.Remove(new HostName(key.Namespace, key.Name));
            if (after.Effective(key) is not { } resource)
            {
                deleted.Add(key);
                continue;
            }

            set.Add(resource);
            if (resource is EndpointResource { IsManaged: true })
                hosts[new(key.Namespace, key.Name)] = key;
        }

        var result = PolicyEngine.Apply(before.Policies, new Change(set.ToEquatableArray(), deleted.ToEquatableArray()));

        // An endpoint may become a part of another host, and be its own again, with no change of its document.
        foreach (var key in before.Policies.MachineOf.Keys.Where(result.State.Resources.ContainsKey))
            hosts[new(key.Namespace, key.Name)] = key;
        foreach (var key in result.State.MachineOf.Keys)
            hosts.Remove(new HostName(key.Namespace, key.Name));
        return (after with { Policies = result.State, Hosts = hosts.ToImmutable(), Tree = Stated(before.Tree, result) }, result.Errors, result.Changed.Count);
    }

    /// <summary>What is signed of the policies after a change.</summary>
    internal static PolicyTree Stated(PolicyTree before, ApplyResult result) => before.With(
        result.Changes.Select(change => new PolicyMove(change.Before?.Digest ?? default, change.After.Digest, change.Hosts.Count, change.Hosts.Select(NameOf))),
        result.Removed.Select(NameOf));

    private static string NameOf(ResourceKey host) => new HostName(host.Namespace, host.Name).ToString();

    private static EquatableArray<Diagnostic> WarningsOf(ResourceKey key, IReadOnlyList<Diagnostic> warnings) =>
        warnings.Where(warning => warning.Resource == key).ToEquatableArray();

    private static (List<T> Matching, List<T> Others) Split<T>(IEnumerable<T> items, Func<T, bool> condition)
    {
        var (matching, others) = (new List<T>(), new List<T>());
        foreach (var item in items)
            (condition(item) ? matching : others).Add(item);
        return (matching, others);
    }
}
