using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Services;
using EdgeAgent.ControlPlane.Storage;
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
    PolicySigner signer,
    ServerConfiguration configuration,
    Telemetry telemetry,
    TimeProvider time,
    ServerStopping stopping,
    ILogger<AgentEndpoint> logger) : AgentService.AgentServiceBase
{
    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(10);
    private static readonly Status Failed = new(StatusCode.Internal, "the connection failed");

    /// <summary>A host that is let in, with what it said.</summary>
    private sealed record Admission(HostName Host, Hello Hello, HostClaims Claims, PeerIdentity Caller, EnrolledHost? Enrolled, HostFeed Feed);

    /// <inheritdoc/>
    public override Task<AuthoritiesResponse> Authorities(AuthoritiesRequest request, ServerCallContext context)
    {
        callers.CountStranger(context);
        return Task.FromResult(enrolment.Authorities());
    }

    /// <inheritdoc/>
    public override Task<EnrolResponse> Enrol(EnrolRequest request, ServerCallContext context)
    {
        callers.CountStranger(context);
        return Task.FromResult(RpcFailures.Guard(() => enrolment.Enrol(request, context.Peer)));
    }

    /// <inheritdoc/>
    public override Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context) =>
        Task.FromResult(RpcFailures.Guard(() => enrolment.Renew(request, callers.RequireAnyHost(context))));

    /// <inheritdoc/>
    public override async Task Connect(IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream, ServerCallContext context)
    {
        // Of all that a host says when it comes, no more is kept for as long as it stays than what serves it.
        var (connection, feed, expires) = Open(await AdmitAsync(requestStream, context), context);
        var end = Failed;
        try
        {
            end = await new AgentSession(connection, feed, requestStream, responseStream, publisher, intake, configuration, telemetry, time)
                .RunAsync(expires, stopping.Begun, context.CancellationToken);
        }
        finally
        {
            Close(connection, end);
        }

        if (end.StatusCode != StatusCode.OK)
            throw new RpcException(end);
    }

    private async Task<Admission> AdmitAsync(IAsyncStreamReader<AgentMessage> requests, ServerCallContext context)
    {
        var hello = await ReadHelloAsync(requests, context.CancellationToken);
        var said = Read(hello);
        var host = new HostName(said.Namespace, said.Name);
        var caller = RpcFailures.Guard(() => Recognized(context, host));
        var feed = FeedOf(hello, host, caller);
        var enrolled = configuration.Insecure ? null : RpcFailures.Guard(() => enrolment.Connected(caller));
        var claims = configuration.Insecure ? new(said, []) : HostClaims.Judge(said, enrolled?.Grant, publisher.Current);
        if (!claims.Refused.IsEmpty)
            LogClaims(host, string.Join("; ", claims.Refused));
        await RequireOneMachineAsync(host, hello.Instance, said.MachineId, enrolled?.MachineId ?? "", context);
        await RegisterAsync(host, claims.Facts, context.CancellationToken);
        return new(host, hello, claims, caller, enrolled, feed);
    }

    private (HostConnection Connection, HostFeed Feed, DateTimeOffset? Expires) Open(Admission admitted, ServerCallContext context)
    {
        var (host, hello, claims, caller, enrolled, feed) = admitted;
        var connection = connections.Open(host, hello.Instance, caller.Authority);
        try
        {
            // Whoever revokes ends the streams that are open then; this one may just have opened.
            RpcFailures.Guard(() => callers.RequireHost(context, host));
            if (enrolment.RenewalOf(caller, enrolled) is { } renewal)
                connection.Enqueue(renewal);
            LogConnected(host, context.Peer, hello.Revision);
            board.Connected(host, claims.Facts, claims.Refused);
            return (connection, feed, caller.Expires);
        }
        catch
        {
            Close(connection, Failed);
            throw;
        }
    }

    private void Close(HostConnection connection, Status end)
    {
        if (connections.Close(connection))
            Disconnected(connection.Host, end);
        connection.Dispose();
    }

    // A host that is known, and whose certificate has ended in one way or another, is shown with the reason: nobody else says that it waits.
    private PeerIdentity Recognized(ServerCallContext context, HostName host)
    {
        try
        {
            return callers.RequireHost(context, host);
        }
        catch (RpcException e) when (callers.WasHost(context, host) && publisher.Current.PolicyOf(host) is not null)
        {
            LogRefused(host, e.Status.Detail);
            board.Refused(host, e.Status.Detail);
            throw;
        }
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

    private static HostFacts Read(Hello hello) => Mapped(() => HostFactsMapping.FromWire(hello.Facts));

    // A host knows the authority of its own certificate, whatever else it knows.
    private HostFeed FeedOf(Hello hello, HostName host, PeerIdentity caller) => Mapped(() => new HostFeed(
        host,
        SetMapping.DigestFromWire(hello.Digest, "digest of the cached policy"),
        hello.SetDigests.Select(wire => SetMapping.DigestFromWire(wire, "digest of a cached set")).ToHashSet(),
        signer,
        caller.Authority));

    private static T Mapped<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (WireFormatException e)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, $"hello: {e.Message}"));
        }
    }

    private async Task RequireOneMachineAsync(HostName host, string instance, string machineId, string enrolled, ServerCallContext context)
    {
        var problem = enrolled.Length > 0 && machineId.Length > 0 && machineId != enrolled ? $"it enrolled on machine {enrolled}, and this is {machineId}"
            : await connections.IsElsewhereAsync(host, instance, context.CancellationToken) ? "it is connected from another machine, which lives"
            : null;
        if (problem is null)
            return;
        LogCopied(host, context.Peer, problem);
        board.Copied(host, $"{context.Peer} at {time.GetUtcNow():u}: {problem}");
        throw new RpcException(new(StatusCode.AlreadyExists, $"host {host} is refused as a copy: {problem}; expected each machine to enrol with a token of its own"));
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Host {Host} claims what it was not granted: {Claims}")]
    private partial void LogClaims(HostName host, string claims);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A copy of host {Host} at {Peer} is refused: {Reason}")]
    private partial void LogCopied(HostName host, string peer, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} disconnected: {Reason}")]
    private partial void LogDisconnected(HostName host, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Host {Host} refused: {Reason}")]
    private partial void LogRefused(HostName host, string reason);
}
