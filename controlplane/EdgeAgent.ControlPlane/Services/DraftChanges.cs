using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Keeps, shows and commits drafts.</summary>
internal sealed class DraftChanges(DraftTable drafts, RevisionLog log, RevisionWriter writer, Publisher publisher, StatusBoard board, TimeProvider time)
{
    private const int LongestName = 63;
    private const int MostFlows = 1000;

    private static readonly TimeSpan ReportedWithin = TimeSpan.FromDays(1);
    private static readonly TimeSpan UsualSoak = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSoak = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromDays(1);

    /// <summary>Keeps a draft, if it could be applied now.</summary>
    public SaveDraftResponse Save(SaveDraftRequest request, Author author)
    {
        var name = Name(request.Name);
        var set = ResourceChanges.Read(request.Documents);
        var state = publisher.Current;
        if (set.HasErrors)
            return new() { Result = AdminMapping.ToWire(new ChangeOutcome(false, state.Revision, [], set.Diagnostics, 0)) };
        var outcome = ChangePlan.Make(state, ResourceChanges.Change(set, author, request.Note)).Outcome;
        var response = new SaveDraftResponse { Result = ResourceChanges.Answer(outcome with { Revision = state.Revision }) };
        if (outcome.Accepted)
        {
            RequireRights(drafts.All().FirstOrDefault(draft => draft.Name == name), author.Caller);
            response.Name = drafts.Save(new(name, state.Revision, time.GetUtcNow(), author.Name, request.Note, request.Documents));
        }

        return response;
    }

    /// <summary>The drafts that are about what the caller may see.</summary>
    public ListDraftsResponse List(PeerIdentity caller)
    {
        var response = new ListDraftsResponse();
        response.Drafts.AddRange(drafts.All().Select(draft => (draft, Set: ResourceChanges.Read(draft.Documents))).Where(pair => MaySee(caller, pair.Set)).Select(pair => ToWire(pair.draft, pair.Set)));
        return response;
    }

    /// <summary>One draft with its documents.</summary>
    public Draft Get(string name, PeerIdentity caller)
    {
        var (draft, set) = Find(name, caller);
        var wire = ToWire(draft, set);
        wire.Documents.AddRange(draft.Documents);
        return wire;
    }

    /// <summary>Throws a draft away.</summary>
    public DiscardDraftResponse Discard(string name, PeerIdentity caller, string author)
    {
        var (draft, _) = Find(name, caller);
        RequireRights(draft, caller);
        return drafts.Discard(draft.Name, time.GetUtcNow(), author) ? new() { Name = draft.Name } : throw NoDraft(draft.Name);
    }

    /// <summary>What a draft would change now.</summary>
    public PreviewDraftResponse Preview(string name, PeerIdentity caller)
    {
        var (draft, set) = Find(name, caller);
        var before = publisher.Current;
        var plan = ChangePlan.Make(before, new(DocumentOrigin.Declared, set.Resources, set.Diagnostics, []));
        var response = new PreviewDraftResponse { Draft = ToWire(draft, set), Result = AdminMapping.ToWire(plan.Outcome with { Revision = before.Revision }) };
        if (plan.Rows.IsEmpty)
            return response;
        // As for diff, which takes an editor: the ends of flows are in any namespace.
        if (caller.MayEverywhere(Role.Viewer) || caller.MaySomewhere(Role.Editor))
            response.Result.Flows.AddRange(FlowMapping.ToWire(ChangedFlows.Between(before.Policies, plan.After.Policies)));
        bool Sees(HostName host) => caller.May(Role.Viewer, host.Namespace);
        response.Hosts.AddRange(TouchedHosts.Of(before, plan.After).Where(Sees).Select(host => host.ToString()));
        response.Reported.AddRange(ReportedFlows
            .Differing(board.All().Where(entry => Sees(entry.Host)), before, plan.After, ReportedWithin, time.GetUtcNow())
            .Take(MostFlows)
            .Select(flow => RolloutMapping.ToWire(flow, before)));
        return response;
    }

    /// <summary>Makes a draft the newest revision, for all hosts or the first wave of them.</summary>
    public async Task<CommitDraftResponse> CommitAsync(CommitDraftRequest request, Author author)
    {
        var (draft, set) = Find(request.Name, author.Caller);
        if (set.HasErrors)
            return new() { Result = AdminMapping.ToWire(new ChangeOutcome(false, publisher.Current.Revision, [], set.Diagnostics, 0)) };
        var note = ResourceChanges.Short(request.Note.Length > 0 ? request.Note : draft.Note, ResourceChanges.LongestNote, "note");
        var terms = TermsOf(request, author, note);
        var (outcome, rollout) = await writer.StepAsync(before =>
        {
            RolloutOrders.RequireNone(before);
            RequireCurrent(draft, set, before);
            var plan = ChangePlan.Make(before, ResourceChanges.Change(set, author, note));
            if (plan.Rows.IsEmpty)
                return ((RevisionStep?)null, (plan.Outcome, Revision.Zero));
            var step = terms is null ? new(plan.After, plan.Rows, author.Name, note) : RolloutSteps.Begin(before, plan, terms, time.GetUtcNow());
            var also = step.Also;
            return (step with { Also = connection => { also?.Invoke(connection); DraftTable.Delete(connection, draft.Name); } }, (plan.Outcome, terms is null ? Revision.Zero : plan.After.Revision));
        });
        return new() { Result = ResourceChanges.Answer(outcome), Rollout = rollout.Number };
    }

    private static RolloutTerms? TermsOf(CommitDraftRequest request, Author author, string note)
    {
        if (request.Waves.Length == 0)
        {
            return request.Gate.Length == 0 && request.Soak is null && request.Patience is null ? null
                : throw new RpcException(new(StatusCode.InvalidArgument, $"a gate, a soak or a patience without waves; expected {WaveOrder.Expected}"));
        }

        var waves = WaveOrder.TryRead(request.Waves, out var problem) ?? throw new RpcException(new(StatusCode.InvalidArgument, problem));
        var soak = request.Soak?.ToTimeSpan() ?? UsualSoak;
        if (soak < TimeSpan.Zero || soak > LongestSoak)
            throw new RpcException(new(StatusCode.InvalidArgument, $"a soak of {soak}; expected at most {LongestSoak.TotalDays:0} days"));
        var patience = request.Patience?.ToTimeSpan() ?? RolloutRow.UsualPatience;
        if (patience < TimeSpan.Zero || patience > LongestPatience)
            throw new RpcException(new(StatusCode.InvalidArgument, $"a patience of {patience}; expected at most {LongestPatience.TotalDays:0} day"));
        try
        {
            return new(waves, soak, Gate.Parse(request.Gate.Length == 0 ? Gate.Default : request.Gate), author.Name, note, patience);
        }
        catch (FormatException e)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, e.Message));
        }
    }

    private void RequireCurrent(StoredDraft draft, ManifestSet set, FleetState state)
    {
        if (DraftConflicts.Of(draft, set.Resources, state, log) is not { Count: > 0 } conflicts)
            return;
        var words = string.Join("; ", conflicts.Take(5).Select(conflict => $"{conflict.Key} was changed by revision {conflict.Revision.Revision} ({conflict.Revision.Author})"));
        throw new RpcException(new(StatusCode.FailedPrecondition, $"draft {draft.Name} is from revision {draft.Base}, and since then {words}; expected the draft to be made anew with 'edgectl apply --draft {draft.Name}'"));
    }

    private (StoredDraft Draft, ManifestSet Set) Find(string name, PeerIdentity caller)
    {
        var seen = drafts.All().Select(draft => (draft, Set: ResourceChanges.Read(draft.Documents))).Where(pair => MaySee(caller, pair.Set)).ToList();
        if (name.Length > 0)
            return seen.Find(pair => pair.draft.Name == name) is { draft: not null } found ? found : throw NoDraft(name);
        return seen switch
        {
            [var one] => one,
            [] => throw new RpcException(new(StatusCode.NotFound, "there is no draft; expected one made with 'edgectl apply --draft'")),
            _ => throw new RpcException(new(StatusCode.InvalidArgument, $"there are {seen.Count} drafts; expected the name of one: {string.Join(", ", seen.Select(pair => pair.draft.Name).Take(10))}")),
        };
    }

    private static bool MaySee(PeerIdentity caller, ManifestSet set) => caller.MayEverywhere(Role.Viewer) || set.Resources.All(resource => caller.May(Role.Viewer, resource.Key.Namespace));

    // Whoever could not have made a draft cannot take its place or throw it away.
    private void RequireRights(StoredDraft? draft, PeerIdentity caller)
    {
        if (draft is null)
            return;
        var state = publisher.Current;
        var refusals = ResourceChanges.Read(draft.Documents).Resources
            .Select(resource => ResourceRights.Refusal(caller, resource.Key, state.Find(resource.Key)?.Resource.Model, resource.Model))
            .OfType<string>().Take(5).ToList();
        if (refusals.Count > 0)
            throw new RpcException(new(StatusCode.PermissionDenied, $"draft {draft.Name}: {string.Join("; ", refusals)}"));
    }

    private Draft ToWire(StoredDraft draft, ManifestSet set)
    {
        var wire = new Draft { Name = draft.Name, BaseRevision = draft.Base.Number, At = draft.At.ToTimestamp(), Author = draft.Author, Note = draft.Note };
        wire.Keys.AddRange(set.Resources.Select(resource => AdminMapping.ToWire(resource.Key)));
        foreach (var (key, record) in DraftConflicts.Of(draft, set.Resources, publisher.Current, log))
        {
            var revision = AdminMapping.ToWire(record);
            revision.Changes.Clear();
            wire.Conflicts.Add(new DraftConflict { Key = AdminMapping.ToWire(key), Revision = revision });
        }

        return wire;
    }

    private static string Name(string name) =>
        name.Length <= LongestName && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.') && !name.StartsWith('-')
            ? name
            : throw new RpcException(new(StatusCode.InvalidArgument, $"'{name}' is no name of a draft; expected letters, digits, '-', '_' and '.', at most {LongestName}"));

    private static RpcException NoDraft(string name) => new(new(StatusCode.NotFound, $"there is no draft '{name}'; 'edgectl draft list' shows those that there are"));
}
