using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>One open connection of a host: policy, commands and heartbeats down, status up, until either side ends it.</summary>
internal sealed class AgentSession(
    HostConnection connection,
    HostFeed feed,
    IAsyncStreamReader<AgentMessage> requests,
    IServerStreamWriter<ServerMessage> responses,
    Publisher publisher,
    ReportIntake intake,
    ServerConfiguration configuration,
    Telemetry telemetry,
    TimeProvider time)
{
    // A host that can never use what it is sent must not be sent it without end.
    private static readonly TimeSpan ResyncPause = TimeSpan.FromSeconds(1);

    // The board keeps the newest report of every host in memory.
    private const int MostStatusBytes = 1024 * 1024;

    private static readonly WriteOptions MoreFollows = new(WriteFlags.BufferHint);

    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="expiry">When the host's certificate ends; null for never.</param>
    /// <param name="stopping">Ends when the server stops.</param>
    /// <param name="gone">Cancelled when the client is gone.</param>
    /// <returns>Why it ended: OK where the host ended it.</returns>
    public async Task<Status> RunAsync(DateTimeOffset? expiry, Task stopping, CancellationToken gone)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(gone);
        using var expiring = expiry is { } end ? time.CreateTimer(_ => connection.End(Expired(end)), null, Until(end), Timeout.InfiniteTimeSpan) : null;
        using var subscription = publisher.Subscribe(connection.Signal, feed.IsBehind);
        var reading = Ended(ReadAsync(ending.Token));
        var writing = Ended(WriteAsync(ending.Token));
        var first = await Task.WhenAny(reading, writing, connection.Ended, stopping);
        await ending.CancelAsync();
        var (read, written) = (await reading, await writing);
        if (first == reading)
            return read;
        if (first == writing)
            return written;
        return first == connection.Ended ? await connection.Ended : new(StatusCode.Unavailable, "the control plane is stopping");
    }

    private static Status Expired(DateTimeOffset end) => new(StatusCode.Unauthenticated, $"connect again: the certificate of this connection is good until {end:u}");

    // A timer takes no more than 49 days; nothing stays connected for longer without a new one.
    private TimeSpan Until(DateTimeOffset end) => (end - time.GetUtcNow()) switch
    {
        { Ticks: <= 0 } => TimeSpan.Zero,
        { TotalDays: > 45 } => TimeSpan.FromDays(45),
        var rest => rest,
    };

    private static async Task<Status> Ended(Task<Status> work)
    {
        try
        {
            return await work;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException)
        {
            return new(StatusCode.Cancelled, "the connection is gone");
        }
    }

    private async Task<Status> ReadAsync(CancellationToken cancel)
    {
        long? lastResync = null;
        while (await requests.MoveNext(cancel))
        {
            connection.Heard();
            switch (requests.Current.MessageCase)
            {
                case AgentMessage.MessageOneofCase.Status:
                    if (Refuse(requests.Current.Status) is { } refusal)
                        return refusal;
                    break;
                case AgentMessage.MessageOneofCase.Ruleset:
                    if (Refuse(requests.Current.Ruleset) is { } notKept)
                        return notKept;
                    break;
                case AgentMessage.MessageOneofCase.Resync:
                    if (lastResync is { } last && ResyncPause - time.GetElapsedTime(last) is { Ticks: > 0 } pause)
                        await Task.Delay(pause, time, cancel);
                    lastResync = time.GetTimestamp();
                    telemetry.ResyncAsked();
                    feed.Resync();
                    connection.Signal.Set();
                    break;
                default:
                    return new(StatusCode.InvalidArgument, $"a message of kind {requests.Current.MessageCase} after the hello; expected a status, a resync or a ruleset");
            }
        }

        return Status.DefaultSuccess;
    }

    private Status? Refuse(Wire.V1.HostStatus wire)
    {
        if (wire.CalculateSize() is var size and > MostStatusBytes)
            return new(StatusCode.InvalidArgument, $"a status of {size} bytes; expected at most {MostStatusBytes}");
        try
        {
            var report = HostStatusMapping.FromWire(wire);
            if (new HostName(report.Namespace, report.Name) != connection.Host)
                return new(StatusCode.PermissionDenied, $"a status of host {report.Namespace}/{report.Name}; expected one of {connection.Host}");
            if (report.State is Contracts.HostState.Stale or Contracts.HostState.Disconnected)
                return new(StatusCode.InvalidArgument, $"state {report.State} in a report; expected one that a host can say of itself");
            intake.Take(connection, report);
            telemetry.StatusReceived();
            return null;
        }
        catch (WireFormatException e)
        {
            return new(StatusCode.InvalidArgument, e.Message);
        }
    }

    private Status? Refuse(RulesetText text)
    {
        try
        {
            intake.Take(text);
            return null;
        }
        catch (WireFormatException e)
        {
            return new(StatusCode.InvalidArgument, e.Message);
        }
    }

    private async Task<Status> WriteAsync(CancellationToken cancel)
    {
        // What belongs together leaves together: in one record of TLS and one packet.
        responses.WriteOptions = MoreFollows;
        await responses.WriteAsync(new() { Welcome = Welcome() }, cancel);
        for (var heartbeat = false; ; heartbeat = !await connection.Signal.WaitAsync(configuration.HeartbeatInterval, cancel))
        {
            responses.WriteOptions = null;
            while (connection.NextCommand() is { } command)
                await responses.WriteAsync(new() { Command = command }, cancel);
            if (feed.Next(publisher.Current) is not { } messages)
                return new(StatusCode.Aborted, $"host {connection.Host} was deleted; connect again to register it anew");
            responses.WriteOptions = MoreFollows;
            foreach (var message in messages)
            {
                await responses.WriteAsync(message, cancel);
                telemetry.Sent(message.MessageCase);
            }

            responses.WriteOptions = null;
            if (heartbeat || messages.Length > 0)
                await responses.WriteAsync(new() { Heartbeat = new() { At = time.GetUtcNow().ToTimestamp() } }, cancel);
        }
    }

    private Welcome Welcome() => new() { ServerVersion = ServerVersion.Text, ReportInterval = Duration.FromTimeSpan(configuration.ReportInterval) };
}
