using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>What people's tools call about drafts and rollouts.</summary>
internal sealed class RolloutEndpoint(Callers callers, DraftChanges drafts, RolloutOrders rollouts, ServerStopping stopping) : RolloutService.RolloutServiceBase
{
    /// <inheritdoc/>
    public override Task<SaveDraftResponse> SaveDraft(SaveDraftRequest request, ServerCallContext context) =>
        Task.FromResult(RpcFailures.Guard(() => drafts.Save(request, callers.AuthorOf(context, request.Author))));

    /// <inheritdoc/>
    public override Task<ListDraftsResponse> ListDrafts(ListDraftsRequest request, ServerCallContext context) => Answer(context, Role.Viewer, drafts.List);

    /// <inheritdoc/>
    public override Task<Draft> GetDraft(GetDraftRequest request, ServerCallContext context) => Answer(context, Role.Viewer, caller => drafts.Get(request.Name, caller));

    /// <inheritdoc/>
    public override Task<DiscardDraftResponse> DiscardDraft(DiscardDraftRequest request, ServerCallContext context) => Answer(context, Role.Editor, caller => drafts.Discard(request.Name, caller, Callers.NameOf(caller, "", context)));

    /// <inheritdoc/>
    public override Task<PreviewDraftResponse> PreviewDraft(PreviewDraftRequest request, ServerCallContext context) => Answer(context, Role.Viewer, caller => drafts.Preview(request.Name, caller));

    /// <inheritdoc/>
    public override Task<CommitDraftResponse> CommitDraft(CommitDraftRequest request, ServerCallContext context)
    {
        var author = RpcFailures.Guard(() => callers.AuthorOf(context, request.Author));
        return RpcFailures.GuardAsync(() => drafts.CommitAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<RolloutStatus> OrderRollout(OrderRolloutRequest request, ServerCallContext context)
    {
        var author = RpcFailures.Guard(() => callers.AuthorOf(context, request.Author));
        return RpcFailures.GuardAsync(() => rollouts.OrderAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task WatchRollout(WatchRolloutRequest request, IServerStreamWriter<RolloutStatus> responseStream, ServerCallContext context)
    {
        var caller = RpcFailures.Guard(() => callers.RequirePerson(context, Role.Viewer));
        return stopping.UntilAsync(cancel => rollouts.WatchAsync(request, caller, responseStream, cancel), context.CancellationToken);
    }

    private Task<T> Answer<T>(ServerCallContext context, Role role, Func<PeerIdentity, T> query) =>
        Task.FromResult(RpcFailures.Guard(() => query(callers.RequirePerson(context, role))));
}
