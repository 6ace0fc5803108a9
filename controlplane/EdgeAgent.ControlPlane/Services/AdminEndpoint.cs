using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>What people's tools call. Every call is an administrator's; a proven identity wins over what the request says of its author.</summary>
internal sealed class AdminEndpoint(
    Callers callers,
    ResourceChanges changes,
    HostOrders orders,
    ResourceQueries resources,
    StatusQueries statuses,
    ExplainQueries explanations,
    AuditQueries audit,
    Enrolment enrolment,
    ServerStopping stopping) : AdminService.AdminServiceBase
{
    /// <inheritdoc/>
    public override Task<ApplyResponse> Apply(ApplyRequest request, ServerCallContext context)
    {
        var author = Author(context, request.Author);
        return RpcFailures.GuardAsync(() => changes.ApplyAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Diff(ApplyRequest request, ServerCallContext context) =>
        Task.FromResult(changes.Diff(request, Author(context, request.Author)));

    /// <inheritdoc/>
    public override Task<ApplyResponse> Delete(DeleteRequest request, ServerCallContext context)
    {
        var author = Author(context, request.Author);
        return RpcFailures.GuardAsync(() => changes.DeleteAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Rollback(RollbackRequest request, ServerCallContext context)
    {
        var author = Author(context, request.Author);
        return RpcFailures.GuardAsync(() => changes.RollbackAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Quarantine(HostOrderRequest request, ServerCallContext context)
    {
        var author = Author(context, request.Author);
        return RpcFailures.GuardAsync(() => orders.QuarantineAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Release(HostOrderRequest request, ServerCallContext context)
    {
        var author = Author(context, request.Author);
        return RpcFailures.GuardAsync(() => orders.ReleaseAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<Resource> Get(GetRequest request, ServerCallContext context) => Answer(context, () => resources.Get(request));

    /// <inheritdoc/>
    public override Task<ListResponse> List(ListRequest request, ServerCallContext context) => Answer(context, () => resources.List(request));

    /// <inheritdoc/>
    public override Task<HistoryResponse> History(HistoryRequest request, ServerCallContext context) => Answer(context, () => resources.History(request));

    /// <inheritdoc/>
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) => Answer(context, () => statuses.Status(request));

    /// <inheritdoc/>
    public override Task<StatusHistoryResponse> StatusHistory(StatusHistoryRequest request, ServerCallContext context) => Answer(context, () => statuses.History(request));

    /// <inheritdoc/>
    public override Task<PolicyStatusResponse> PolicyStatus(PolicyStatusRequest request, ServerCallContext context) => Answer(context, () => statuses.PolicyStatus(request));

    /// <inheritdoc/>
    public override Task<RetryResponse> Retry(RetryRequest request, ServerCallContext context) => Answer(context, () => statuses.Retry(request));

    /// <inheritdoc/>
    public override Task<CreateTokenResponse> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        var author = Author(context, "");
        return Task.FromResult(RpcFailures.Guard(() => enrolment.CreateToken(request, author)));
    }

    /// <inheritdoc/>
    public override Task<VerifyAuditResponse> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) => Answer(context, () => audit.Verify(request));

    /// <inheritdoc/>
    public override Task ExportAudit(ExportAuditRequest request, IServerStreamWriter<AuditRecord> responseStream, ServerCallContext context)
    {
        callers.RequireAdministrator(context);
        return stopping.UntilAsync(cancel => audit.ExportAsync(request, responseStream, cancel), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task Watch(WatchRequest request, IServerStreamWriter<RevisionEntry> responseStream, ServerCallContext context)
    {
        callers.RequireAdministrator(context);
        return stopping.UntilAsync(cancel => resources.WatchAsync(request, responseStream, cancel), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task Explain(IAsyncStreamReader<ExplainRequest> requestStream, IServerStreamWriter<ExplainResponse> responseStream, ServerCallContext context)
    {
        callers.RequireAdministrator(context);
        return stopping.UntilAsync(
            async cancel =>
            {
                await foreach (var request in requestStream.ReadAllAsync(cancel))
                    await responseStream.WriteAsync(explanations.Explain(request), cancel);
            },
            context.CancellationToken);
    }

    private Task<T> Answer<T>(ServerCallContext context, Func<T> query)
    {
        callers.RequireAdministrator(context);
        return Task.FromResult(RpcFailures.Guard(query));
    }

    private string Author(ServerCallContext context, string claimed)
    {
        var caller = callers.RequireAdministrator(context);
        return caller.Id.Length > 0 ? caller.Id : claimed.Length > 0 ? claimed : context.Peer;
    }
}
