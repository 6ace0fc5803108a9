using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Cli.Tests.Support;

/// <summary>A server on loopback whose every answer the test chooses; what it does not choose is Unimplemented.</summary>
internal sealed class FakeControlPlane : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeControlPlane(WebApplication application) => _application = application;

    /// <summary>Its address for <c>--server</c>.</summary>
    public string Url => _application.Urls.Single();

    public static async Task<FakeControlPlane> StartAsync(Answers answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(answers);
        var application = builder.Build();
        application.MapGrpcService<Service>();
        await application.StartAsync();
        return new(application);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    /// <summary>The answers.</summary>
    internal sealed record Answers
    {
        public Func<ApplyRequest, ApplyResponse>? Apply { get; init; }

        public Func<ApplyRequest, ApplyResponse>? Diff { get; init; }

        public Func<DeleteRequest, ApplyResponse>? Delete { get; init; }

        public Func<GetRequest, Resource>? Get { get; init; }

        public Func<ListRequest, ListResponse>? List { get; init; }

        public Func<StatusRequest, StatusResponse>? Status { get; init; }

        public Func<StatusHistoryRequest, StatusHistoryResponse>? StatusHistory { get; init; }

        public Func<PolicyStatusRequest, PolicyStatusResponse>? PolicyStatus { get; init; }

        public Func<ExplainRequest, ExplainResponse>? Explain { get; init; }

        public Func<HistoryRequest, HistoryResponse>? History { get; init; }

        public Func<RollbackRequest, ApplyResponse>? Rollback { get; init; }

        public Func<RetryRequest, RetryResponse>? Retry { get; init; }

        public Func<HostOrderRequest, ApplyResponse>? Quarantine { get; init; }

        public Func<HostOrderRequest, ApplyResponse>? Release { get; init; }

        public Func<VerifyAuditRequest, VerifyAuditResponse>? VerifyAudit { get; init; }

        public Func<ExportAuditRequest, IEnumerable<AuditRecord>>? ExportAudit { get; init; }

        public Func<CreateTokenRequest, CreateTokenResponse>? CreateToken { get; init; }

        public Func<ListTokensRequest, ListTokensResponse>? ListTokens { get; init; }

        public Func<RevokeTokenRequest, RevokeTokenResponse>? RevokeToken { get; init; }

        public Func<RevokeHostRequest, RevokeHostResponse>? RevokeHost { get; init; }

        public Func<ListAuthoritiesRequest, ListAuthoritiesResponse>? ListAuthorities { get; init; }

        public Func<OrderAuthorityRequest, OrderAuthorityResponse>? OrderAuthority { get; init; }

        public Func<WatchRequest, IEnumerable<RevisionEntry>>? Watch { get; init; }
    }

    private sealed class Service(Answers answers) : AdminService.AdminServiceBase
    {
        public override Task<ListAuthoritiesResponse> ListAuthorities(ListAuthoritiesRequest request, ServerCallContext context) => Answer(answers.ListAuthorities, request);

        public override Task<OrderAuthorityResponse> OrderAuthority(OrderAuthorityRequest request, ServerCallContext context) => Answer(answers.OrderAuthority, request);

        public override Task<ApplyResponse> Apply(ApplyRequest request, ServerCallContext context) => Answer(answers.Apply, request);

        public override Task<ApplyResponse> Diff(ApplyRequest request, ServerCallContext context) => Answer(answers.Diff, request);

        public override Task<ApplyResponse> Delete(DeleteRequest request, ServerCallContext context) => Answer(answers.Delete, request);

        public override Task<Resource> Get(GetRequest request, ServerCallContext context) => Answer(answers.Get, request);

        public override Task<ListResponse> List(ListRequest request, ServerCallContext context) => Answer(answers.List, request);

        public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) => Answer(answers.Status, request);

        public override Task<StatusHistoryResponse> StatusHistory(StatusHistoryRequest request, ServerCallContext context) => Answer(answers.StatusHistory, request);

        public override Task<PolicyStatusResponse> PolicyStatus(PolicyStatusRequest request, ServerCallContext context) => Answer(answers.PolicyStatus, request);

        public override Task<HistoryResponse> History(HistoryRequest request, ServerCallContext context) => Answer(answers.History, request);

        public override Task<ApplyResponse> Rollback(RollbackRequest request, ServerCallContext context) => Answer(answers.Rollback, request);

        public override Task<RetryResponse> Retry(RetryRequest request, ServerCallContext context) => Answer(answers.Retry, request);

        public override Task<ApplyResponse> Quarantine(HostOrderRequest request, ServerCallContext context) => Answer(answers.Quarantine, request);

        public override Task<ApplyResponse> Release(HostOrderRequest request, ServerCallContext context) => Answer(answers.Release, request);

        public override Task<VerifyAuditResponse> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) => Answer(answers.VerifyAudit, request);

        public override async Task ExportAudit(ExportAuditRequest request, IServerStreamWriter<AuditRecord> responseStream, ServerCallContext context)
        {
            foreach (var record in await Answer(answers.ExportAudit, request))
                await responseStream.WriteAsync(record);
        }

        public override Task<CreateTokenResponse> CreateToken(CreateTokenRequest request, ServerCallContext context) => Answer(answers.CreateToken, request);

        public override Task<ListTokensResponse> ListTokens(ListTokensRequest request, ServerCallContext context) => Answer(answers.ListTokens, request);

        public override Task<RevokeTokenResponse> RevokeToken(RevokeTokenRequest request, ServerCallContext context) => Answer(answers.RevokeToken, request);

        public override Task<RevokeHostResponse> RevokeHost(RevokeHostRequest request, ServerCallContext context) => Answer(answers.RevokeHost, request);

        public override async Task Explain(IAsyncStreamReader<ExplainRequest> requestStream, IServerStreamWriter<ExplainResponse> responseStream, ServerCallContext context)
        {
            await foreach (var request in requestStream.ReadAllAsync())
                await responseStream.WriteAsync(await Answer(answers.Explain, request));
        }

        public override async Task Watch(WatchRequest request, IServerStreamWriter<RevisionEntry> responseStream, ServerCallContext context)
        {
            foreach (var entry in await Answer(answers.Watch, request))
                await responseStream.WriteAsync(entry);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        private static Task<TAnswer> Answer<TQuestion, TAnswer>(Func<TQuestion, TAnswer>? answer, TQuestion question) =>
            answer is null ? throw new RpcException(new(StatusCode.Unimplemented, "the test has no answer")) : Task.FromResult(answer(question));
    }
}
