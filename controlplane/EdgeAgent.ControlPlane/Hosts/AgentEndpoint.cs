using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Services;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using HostFacts = EdgeAgent.Contracts.HostFacts;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>What agents call.</summary>
internal sealed partial class AgentEndpoint(
    Callers callers,
    Enrolment enrolment,
    RevisionWriter writer,
    HostConnections connections,
    StatusBoard board,
    ReportIntake intake,
    Publisher publisher,
    ServerConfiguration configuration,
    Telemetry telemetry,
    TimeProvider time,
    ServerStopping stopping,
    ILogger<AgentEndpoint> logger) : AgentService.AgentServiceBase
{
    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override Task<EnrolResponse> Enrol(EnrolRequest request, ServerCallContext context) => Task.FromResult(enrolment.Enrol(request));

    /// <inheritdoc/>
    public override Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context) =>
        Task.FromResult(enrolment.Renew(request, callers.RequireAnyHost(context)));

    /// <inheritdoc/>
    public override async Task Connect(IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream, ServerCallContext context)
    {
        var hello = await ReadHelloAsync(requestStream, context.CancellationToken);
        var (facts, feed) = Read(hello);
        var host = new HostName(facts.Namespace, facts.Name);
        callers.RequireHost(context, host);
        await RegisterAsync(host, facts, context.CancellationToken);

        using var connection = connections.Open(host);
        var end = new Status(StatusCode.Internal, "the connection failed");
        try
        {
            LogConnected(host, context.Peer, hello.Revision);
            board.Connected(host, facts);
            end = await new AgentSession(connection, feed, requestStream, responseStream, publisher, intake, configuration, telemetry, time)
                .RunAsync(stopping.Begun, context.CancellationToken);
        }
        finally
        {
            if (connections.Close(connection))
                Disconnected(host, end);
        }

        if (end.StatusCode != StatusCode.OK)
            throw new RpcException(end);
    }

    private static async Task<Hello> ReadHelloAsync(IAsyncStreamReader<AgentMessage> requests, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(HelloPatience);
        try
        {
            return await requests.MoveNext(patience.Token) && requests.Current.Hello is { } hello
                ? hello
                : throw new RpcException(new(StatusCode.InvalidArgument, "no hello; expected one as the first message"));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.DeadlineExceeded, $"no hello within {HelloPatience.TotalSeconds} s"));
        }
    }

    private static (HostFacts Facts, HostFeed Feed) Read(Hello hello)
    {
        try
        {
            var facts = HostFactsMapping.FromWire(hello.Facts);
            var digest = SetMapping.DigestFromWire(hello.Digest, "digest of the cached policy");
            var held = hello.SetDigests.Select(wire => SetMapping.DigestFromWire(wire, "digest of a cached set")).ToHashSet();
            return (facts, new(new(facts.Namespace, facts.Name), digest, held));
        }
        catch (WireFormatException e)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, $"hello: {e.Message}"));
        }
    }

    private async Task RegisterAsync(HostName host, HostFacts facts, CancellationToken cancel)
    {
        if (await RpcFailures.GuardAsync(() => writer.RegisterAsync(facts, cancel)) is not { } refusal)
            return;
        LogRefused(host, refusal);
        board.Refused(host, refusal);
        throw new RpcException(new(StatusCode.FailedPrecondition, $"host {host} is refused: {refusal}"));
    }

    private void Disconnected(HostName host, Status end)
    {
        var reason = end.StatusCode == StatusCode.OK ? "the host ended the connection" : end.Detail;
        LogDisconnected(host, reason);
        if (publisher.Current.PolicyOf(host) is null)
            board.Forget(host);
        else
            board.Disconnected(host, reason);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} connected from {Peer} with cached revision {Revision}")]
    private partial void LogConnected(HostName host, string peer, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} disconnected: {Reason}")]
    private partial void LogDisconnected(HostName host, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Host {Host} refused: {Reason}")]
    private partial void LogRefused(HostName host, string reason);
}
