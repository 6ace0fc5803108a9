using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using ResourceKey = EdgeAgent.Policy.ResourceKey;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Answers what resources and revisions there are.</summary>
internal sealed class ResourceQueries(RevisionLog log, Publisher publisher)
{
    private const int DefaultLimit = 100;
    private const int MostAtOnce = 1000;

    /// <summary>One resource.</summary>
    public Wire.V1.Resource Get(GetRequest request, PeerIdentity caller)
    {
        var state = publisher.Current;
        var key = request.Key ?? throw new RpcException(new(StatusCode.InvalidArgument, "no key; expected kind, namespace and name"));
        Callers.Require(caller, Role.Viewer, key.Namespace);
        var candidates = AdminMapping.FromWire(key).ToList();
        foreach (var candidate in candidates)
        {
            if (state.Find(candidate) is { } found)
                return AdminMapping.ToWire(found, state.WarningsOf(found));
        }

        throw new RpcException(new(StatusCode.NotFound, $"there is no {candidates[^1]}"));
    }

    /// <summary>The resources of a kind and namespace, or all.</summary>
    public ListResponse List(ListRequest request, PeerIdentity caller)
    {
        var state = publisher.Current;
        var response = new ListResponse { Revision = state.Revision.Number };
        var warnings = state.Warnings.ToLookup(warning => warning.Resource);
        response.Resources.AddRange(state.All
            .Where(stored => caller.May(Role.Viewer, stored.Resource.Key.Namespace))
            .Where(stored => request.Kind.Length == 0 || IsOfKind(stored.Resource.Key, request.Kind))
            .Where(stored => request.Namespace.Length == 0 || stored.Resource.Key.Namespace == request.Namespace)
            .Select(stored => AdminMapping.ToWire(stored, stored.Warnings.Concat(warnings[stored.Resource.Key]))));
        return response;
    }

    /// <summary>The revisions before one, newest first.</summary>
    public HistoryResponse History(HistoryRequest request, PeerIdentity caller)
    {
        var response = new HistoryResponse();
        var before = request.Before > 0 ? new Contracts.Revision(request.Before) : publisher.Current.Revision.Next;
        response.Revisions.AddRange(log.Before(before, Limit(request.Limit))
            .Select(record => Visible(record, caller))
            .OfType<RevisionRecord>()
            .Select(record => request.WithDocuments ? AdminMapping.ToWire(record, log) : AdminMapping.ToWire(record)));
        return response;
    }

    /// <summary>Sends all revisions from one on, then each new one as it comes.</summary>
    public async Task WatchAsync(WatchRequest request, PeerIdentity caller, IServerStreamWriter<RevisionEntry> responses, CancellationToken cancel)
    {
        using var signal = new WakeUp();
        using var subscription = publisher.Subscribe(signal, static _ => true);
        var next = new Contracts.Revision(Math.Max(1, request.FromRevision));
        while (true)
        {
            var page = RpcFailures.Guard(() => log.From(next, DefaultLimit));
            foreach (var record in page)
            {
                if (Visible(record, caller) is { } visible)
                    await responses.WriteAsync(AdminMapping.ToWire(visible), cancel);
                next = record.Revision.Next;
            }

            if (page.Count == 0)
                await signal.WaitAsync(Timeout.InfiniteTimeSpan, cancel);
        }
    }

    /// <summary>How many rows to answer with: what was asked for, within limits; 0 asks for 100.</summary>
    public static int Limit(int asked) => asked <= 0 ? DefaultLimit : Math.Min(asked, MostAtOnce);

    // Of a revision each sees what is in the namespaces that the role is for; null where that is nothing.
    private static RevisionRecord? Visible(RevisionRecord record, PeerIdentity caller)
    {
        if (caller.MayEverywhere(Role.Viewer))
            return record;
        var changes = record.Changes.Where(change => caller.May(Role.Viewer, change.Key.Namespace)).ToEquatableArray();
        return changes.IsEmpty ? null : record with { Changes = changes };
    }

    private static bool IsOfKind(ResourceKey key, string kind) =>
        key.Kind == kind || (key.Kind.Length > kind.Length && key.Kind[kind.Length] == '.' && key.Kind.StartsWith(kind, StringComparison.Ordinal));
}
