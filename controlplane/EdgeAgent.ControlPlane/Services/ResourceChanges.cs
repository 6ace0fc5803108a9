using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Applies, compares, deletes and rolls back resources.</summary>
internal sealed class ResourceChanges(RevisionWriter writer, RevisionLog log, Publisher publisher)
{
    /// <summary>The most bytes of documents in one request.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    /// <summary>The most characters of an author's name.</summary>
    public const int LongestAuthor = 256;

    /// <summary>The most characters of a note.</summary>
    public const int LongestNote = 4096;

    private const int MostReasons = 10;

    /// <summary>Makes the documents the newest revision.</summary>
    public async Task<ApplyResponse> ApplyAsync(ApplyRequest request, Author author)
    {
        var set = Read(request.Documents);
        return set.HasErrors ? Refused(set) : Answer(await writer.ChangeAsync(state => WithoutRollout(state, Change(set, author, request.Note))));
    }

    /// <summary>What <see cref="ApplyAsync"/> would do.</summary>
    public ApplyResponse Diff(ApplyRequest request, Author author)
    {
        var set = Read(request.Documents);
        if (set.HasErrors)
            return Refused(set);
        var current = publisher.Current;
        var plan = ChangePlan.Make(current, Change(set, author, request.Note));
        var response = Answer(plan.Outcome);
        // What the documents were held against: none was made.
        response.Revision = current.Revision.Number;
        response.Flows.AddRange(FlowMapping.ToWire(ChangedFlows.Between(current.Policies, plan.After.Policies)));
        return response;
    }

    /// <summary>Removes resources.</summary>
    public async Task<ApplyResponse> DeleteAsync(DeleteRequest request, Author author)
    {
        var set = Read(request.Documents);
        if (set.HasErrors)
            return Refused(set);
        return Answer(await writer.ChangeAsync(state => WithoutRollout(state, new(DocumentOrigin.Declared, [], [], [.. set.Resources.Select(resource => resource.Key), .. request.Keys.Select(key => Present(state, key))])
        {
            Author = Short(author.Name, LongestAuthor, "author"),
            Refuses = author.Refuses,
            Note = Short(request.Note, LongestNote, "note"),
        })));
    }

    /// <summary>Makes the declared resources what they were after a revision; hosts that registered themselves stay.</summary>
    public async Task<ApplyResponse> RollbackAsync(RollbackRequest request, Author author)
    {
        var target = new Contracts.Revision(request.Revision);
        if (target < Contracts.Revision.Zero || target > publisher.Current.Revision)
            throw new RpcException(new(StatusCode.NotFound, $"there is no revision {target}; expected 0 to {publisher.Current.Revision}"));
        var sets = RpcFailures.Guard(() => log.DeclaredAt(target)).Select(StoredResource.ReadSet).ToList();
        if (sets.Exists(set => set.HasErrors))
            return AdminMapping.ToWire(new ChangeOutcome(false, publisher.Current.Revision, [], [.. sets.SelectMany(set => set.Diagnostics)], 0));
        var then = sets.SelectMany(set => set.Resources).ToList();
        var keys = then.Select(resource => resource.Key).ToHashSet();
        return Answer(await writer.ChangeAsync(state => WithoutRollout(state, new(DocumentOrigin.Declared, then, [], [.. state.Declared.Keys.Where(key => !keys.Contains(key))])
        {
            KeepsRegistrations = true,
            Author = Short(author.Name, LongestAuthor, "author"),
            Refuses = author.Refuses,
            Note = request.Note.Length > 0 ? Short(request.Note, LongestNote, "note") : $"rollback to revision {target}",
        })));
    }

    /// <summary>Reads documents.</summary>
    /// <exception cref="RpcException">They are too long together.</exception>
    public static ManifestSet Read(IReadOnlyCollection<Wire.V1.Document> documents)
    {
        var bytes = documents.Sum(document => (long)document.Content.Length);
        return bytes <= MostBytes
            ? ManifestReader.Read(documents.Select(document => new ManifestFile(document.Name, document.Content.Memory)))
            : throw new RpcException(new(StatusCode.ResourceExhausted, $"{bytes} bytes of documents in one request; expected at most {MostBytes}"));
    }

    /// <summary>The change that sets what documents declare.</summary>
    /// <exception cref="RpcException">The name or the note is too long.</exception>
    public static ChangeRequest Change(ManifestSet set, Author author, string note) => new(DocumentOrigin.Declared, set.Resources, set.Diagnostics, [])
    {
        Author = Short(author.Name, LongestAuthor, "author"),
        Refuses = author.Refuses,
        Note = Short(note, LongestNote, "note"),
    };

    /// <summary>What became of a change.</summary>
    /// <exception cref="RpcException">Who asked may not.</exception>
    public static ApplyResponse Answer(ChangeOutcome outcome) => outcome.Forbidden.Count == 0
        ? AdminMapping.ToWire(outcome)
        : throw new RpcException(new(StatusCode.PermissionDenied, string.Join("; ", outcome.Forbidden.Take(MostReasons))));

    private static ChangeRequest WithoutRollout(FleetState state, ChangeRequest request)
    {
        RolloutOrders.RequireNone(state);
        return request;
    }

    private static Policy.ResourceKey Present(FleetState state, Wire.V1.ResourceKey key)
    {
        var candidates = AdminMapping.FromWire(key).ToList();
        return candidates.Find(candidate => state.Find(candidate) is not null) is { Kind: not null } present ? present : candidates[0];
    }

    /// <summary>A text, if it is not too long.</summary>
    /// <exception cref="RpcException">It is.</exception>
    public static string Short(string text, int longest, string what) =>
        text.Length <= longest ? text : throw new RpcException(new(StatusCode.InvalidArgument, $"{what} of {text.Length} characters; expected at most {longest}"));

    private ApplyResponse Refused(ManifestSet set) =>
        AdminMapping.ToWire(new ChangeOutcome(false, publisher.Current.Revision, [], set.Diagnostics, 0));
}
