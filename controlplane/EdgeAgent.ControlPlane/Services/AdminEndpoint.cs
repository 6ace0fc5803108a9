using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Role = EdgeAgent.ControlPlane.Storage.Role;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>
/// What people's tools call. Each call names the role that it takes; in which namespace is decided where the answer is made, by what it
/// touches. A proven identity wins over what the request says of its author.
/// </summary>
internal sealed class AdminEndpoint(
    Callers callers,
    ResourceChanges changes,
    HostOrders orders,
    ResourceQueries resources,
    StatusQueries statuses,
    ExplainQueries explanations,
    AuditQueries audit,
    ClusterQueries clusters,
    Enrolment enrolment,
    EnrolmentTokens tokens,
    AuthorityOrders authorities,
    People people,
    ServerStopping stopping) : AdminService.AdminServiceBase
{
    /// <inheritdoc/>
    public override Task<ApplyResponse> Apply(ApplyRequest request, ServerCallContext context)
    {
        var author = AuthorOf(context, request.Author);
        return RpcFailures.GuardAsync(() => changes.ApplyAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Diff(ApplyRequest request, ServerCallContext context) =>
        Task.FromResult(RpcFailures.Guard(() => changes.Diff(request, AuthorOf(context, request.Author))));

    /// <inheritdoc/>
    public override Task<ApplyResponse> Delete(DeleteRequest request, ServerCallContext context)
    {
        var author = AuthorOf(context, request.Author);
        return RpcFailures.GuardAsync(() => changes.DeleteAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Rollback(RollbackRequest request, ServerCallContext context)
    {
        var author = AuthorOf(context, request.Author);
        return RpcFailures.GuardAsync(() => changes.RollbackAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Quarantine(HostOrderRequest request, ServerCallContext context)
    {
        var author = AuthorOf(context, request.Author);
        return RpcFailures.GuardAsync(() => orders.QuarantineAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<ApplyResponse> Release(HostOrderRequest request, ServerCallContext context)
    {
        var author = AuthorOf(context, request.Author);
        return RpcFailures.GuardAsync(() => orders.ReleaseAsync(request, author));
    }

    /// <inheritdoc/>
    public override Task<Resource> Get(GetRequest request, ServerCallContext context) => Answer(context, Role.Viewer, caller => resources.Get(request, caller));

    /// <inheritdoc/>
    public override Task<ListResponse> List(ListRequest request, ServerCallContext context) => Answer(context, Role.Viewer, caller => resources.List(request, caller));

    /// <inheritdoc/>
    public override Task<HistoryResponse> History(HistoryRequest request, ServerCallContext context) => Answer(context, Role.Viewer, caller => resources.History(request, caller));

    /// <inheritdoc/>
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) => Answer(context, Role.Viewer, caller => statuses.Status(request, caller));

    /// <inheritdoc/>
    public override Task<StatusHistoryResponse> StatusHistory(StatusHistoryRequest request, ServerCallContext context) =>
        Answer(context, Role.Viewer, caller => statuses.History(request, caller));

    /// <inheritdoc/>
    public override Task<PolicyStatusResponse> PolicyStatus(PolicyStatusRequest request, ServerCallContext context) =>
        Answer(context, Role.Viewer, caller => statuses.PolicyStatus(request, caller));

    /// <inheritdoc/>
    public override Task<RetryResponse> Retry(RetryRequest request, ServerCallContext context) => Answer(context, Role.Editor, caller => statuses.Retry(request, caller));

    /// <inheritdoc/>
    public override Task<CreateTokenResponse> CreateToken(CreateTokenRequest request, ServerCallContext context) =>
        Answer(context, Role.Admin, caller => tokens.Create(request, caller, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<ListTokensResponse> ListTokens(ListTokensRequest request, ServerCallContext context) => Answer(context, Role.Admin, caller => tokens.List(request, caller));

    /// <inheritdoc/>
    public override Task<RevokeTokenResponse> RevokeToken(RevokeTokenRequest request, ServerCallContext context) => Answer(context, Role.Admin, caller => tokens.Revoke(request, caller, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<RevokeHostResponse> RevokeHost(RevokeHostRequest request, ServerCallContext context) =>
        Answer(context, Role.Admin, caller => enrolment.Revoke(request, caller, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<CreateUserResponse> CreateUser(CreateUserRequest request, ServerCallContext context) =>
        AnswerEverywhere(context, Role.Admin, caller => people.Create(request, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<GrantRoleResponse> GrantRole(GrantRoleRequest request, ServerCallContext context) => AnswerEverywhere(context, Role.Admin, caller => people.Grant(request, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context) => AnswerEverywhere(context, Role.Admin, _ => people.List());

    /// <inheritdoc/>
    public override Task<DeleteUserResponse> DeleteUser(DeleteUserRequest request, ServerCallContext context) => AnswerEverywhere(context, Role.Admin, caller => people.Delete(request, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<ListAuthoritiesResponse> ListAuthorities(ListAuthoritiesRequest request, ServerCallContext context) => Answer(context, Role.Viewer, authorities.List);

    /// <inheritdoc/>
    public override Task<OrderAuthorityResponse> OrderAuthority(OrderAuthorityRequest request, ServerCallContext context) =>
        AnswerEverywhere(context, Role.Admin, caller => authorities.Order(request, Name(caller, context)));

    /// <inheritdoc/>
    public override Task<VerifyAuditResponse> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) => AnswerEverywhere(context, Role.Viewer, _ => audit.Verify(request));

    /// <inheritdoc/>
    public override Task<ListClustersResponse> ListClusters(ListClustersRequest request, ServerCallContext context) => AnswerEverywhere(context, Role.Viewer, _ => clusters.List());

    /// <inheritdoc/>
    public override Task ExportAudit(ExportAuditRequest request, IServerStreamWriter<AuditRecord> responseStream, ServerCallContext context)
    {
        Callers.Require(callers.RequirePerson(context, Role.Viewer), Role.Viewer, "");
        return stopping.UntilAsync(cancel => audit.ExportAsync(request, responseStream, cancel), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task Watch(WatchRequest request, IServerStreamWriter<RevisionEntry> responseStream, ServerCallContext context)
    {
        var caller = callers.RequirePerson(context, Role.Viewer);
        return stopping.UntilAsync(cancel => resources.WatchAsync(request, caller, responseStream, cancel), context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task Explain(IAsyncStreamReader<ExplainRequest> requestStream, IServerStreamWriter<ExplainResponse> responseStream, ServerCallContext context)
    {
        var caller = callers.RequirePerson(context, Role.Viewer);
        return stopping.UntilAsync(
            async cancel =>
            {
                await foreach (var request in requestStream.ReadAllAsync(cancel))
                    await responseStream.WriteAsync(explanations.Explain(request, caller), cancel);
            },
            context.CancellationToken);
    }

    private static string Name(PeerIdentity caller, ServerCallContext context) => Callers.NameOf(caller, "", context);

    private Task<T> Answer<T>(ServerCallContext context, Role role, Func<PeerIdentity, T> query) =>
        Task.FromResult(RpcFailures.Guard(() => query(callers.RequirePerson(context, role))));

    // For what is no namespace's own.
    private Task<T> AnswerEverywhere<T>(ServerCallContext context, Role role, Func<PeerIdentity, T> query) => Answer(context, role, caller =>
    {
        Callers.Require(caller, role, "");
        return query(caller);
    });

    private Author AuthorOf(ServerCallContext context, string claimed) => RpcFailures.Guard(() => callers.AuthorOf(context, claimed));
}
