using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using HostStatus = EdgeAgent.Contracts.HostStatus;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A control plane for one agent, which says what the test wants, over real gRPC in a namespace.</summary>
internal sealed class FakeControlPlane : AgentService.AgentServiceBase, IAsyncDisposable
{
    internal const int Port = 7400;

    private readonly Channel<ServerMessage> _outgoing = Channel.CreateUnbounded<ServerMessage>();
    private readonly ConcurrentQueue<HostStatus> _statuses = new();
    private WebApplication? _application;
    private Socket? _socket;
    private HostPolicy? _policy;

    /// <summary>How often it says that it is there; null for silence.</summary>
    internal TimeSpan? HeartbeatEvery { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Failsafes that it gives; null for none.</summary>
    internal IReadOnlyList<Contracts.Failsafe>? Failsafes { get; init; }

    /// <summary>Says more when a wait is in vain.</summary>
    internal Func<string>? Diagnose { get; set; }

    internal ConcurrentQueue<Hello> Hellos { get; } = new();

    internal ConcurrentQueue<string> Resyncs { get; } = new();

    internal ConcurrentQueue<RulesetText> Rulesets { get; } = new();

    /// <summary>What agents sent.</summary>
    internal AgentFrames Frames { get; } = new();

    internal HostStatus? LastStatus => _statuses.LastOrDefault();

    internal IEnumerable<HostStatus> Statuses => _statuses;

    /// <summary>Serves at an address of a namespace.</summary>
    internal static async Task<FakeControlPlane> StartAsync(TestNamespace place, IPAddress address, HostPolicy? policy = null, TimeSpan? heartbeat = null, IReadOnlyList<Contracts.Failsafe>? failsafes = null)
    {
        var server = new FakeControlPlane { Failsafes = failsafes, _policy = policy };
        if (heartbeat is not null)
            server.HeartbeatEvery = heartbeat;
        var socket = place.Run(() =>
        {
            var listening = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listening.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listening.Bind(new IPEndPoint(address, Port));
            listening.Listen();
            return listening;
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(server);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenHandle((ulong)socket.SafeHandle.DangerousGetHandle(), listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => server.Frames.WatchAsync(connection, next));
        }));
        server._application = builder.Build();
        server._application.MapGrpcService<FakeControlPlane>();
        await server._application.StartAsync();
        server._socket = socket;
        return server;
    }

    /// <summary>Sends a message to the agent that is connected.</summary>
    internal void Send(ServerMessage message) => _outgoing.Writer.TryWrite(message);

    /// <summary>Makes a policy the host's, as a snapshot.</summary>
    internal void Publish(HostPolicy policy)
    {
        _policy = policy;
        Send(new() { Snapshot = HostPolicyMapping.ToWire(policy) });
        Send(InSync(policy));
    }

    /// <summary>Makes a policy the host's, as a delta.</summary>
    internal void PublishDelta(HostPolicy from, HostPolicy to)
    {
        _policy = to;
        Send(new() { Delta = HostPolicyMapping.ToWire(HostPolicyDelta.Between(from, to)) });
        Send(InSync(to));
    }

    /// <summary>Waits for a status that meets a condition.</summary>
    internal async Task<HostStatus> WaitAsync(Func<HostStatus, bool> condition, string what)
    {
        for (var i = 0; i < 600; i++)
        {
            if (_statuses.LastOrDefault(condition) is { } met)
                return met;
            await Task.Delay(50);
        }

        throw new TimeoutException($"no status {what}; last: {LastStatus}\n{Diagnose?.Invoke()}");
    }

    /// <summary>Waits until the host realized a policy.</summary>
    internal Task<HostStatus> RealizedAsync(HostPolicy policy) =>
        WaitAsync(status => status.State == Contracts.HostState.Realized && status.Realized == policy.Revision && status.PolicyDigest == HostPolicyDigest.Of(policy), $"realized {policy.Revision}");

    public override async Task Connect(IAsyncStreamReader<AgentMessage> requestStream, IServerStreamWriter<ServerMessage> responseStream, ServerCallContext context)
    {
        Assert.True(await requestStream.MoveNext(context.CancellationToken));
        var hello = requestStream.Current.Hello;
        Hellos.Enqueue(hello);
        while (_outgoing.Reader.TryRead(out _))
        {
        }

        var welcome = new Welcome { ServerVersion = "test", FailsafesGiven = Failsafes is not null };
        welcome.Failsafes.AddRange((Failsafes ?? []).Select(FailsafeMapping.ToWire));
        Send(new() { Welcome = welcome });
        if (_policy is { } policy)
        {
            if (hello.Digest != HostPolicyDigest.Of(policy).Hex)
                Send(new() { Snapshot = HostPolicyMapping.ToWire(policy, digest => hello.SetDigests.Contains(digest.Hex)) });
            Send(InSync(policy));
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var writing = WriteAsync(responseStream, ended.Token);
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
                Take(requestStream.Current);
        }
        finally
        {
            await ended.CancelAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is null)
            return;
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();

        // The server leaves a socket that it was given open.
        _socket?.Dispose();
    }

    private static ServerMessage InSync(HostPolicy policy) => new() { InSync = new InSync { Revision = policy.Revision.Number, Digest = HostPolicyDigest.Of(policy).Hex } };

    private void Take(AgentMessage message)
    {
        if (message.Status is { } status)
            _statuses.Enqueue(HostStatusMapping.FromWire(status));
        if (message.Ruleset is { } ruleset)
            Rulesets.Enqueue(ruleset);
        if (message.Resync is not { } resync)
            return;
        Resyncs.Enqueue(resync.Reason);
        if (_policy is { } policy)
            Publish(policy);
    }

    private async Task WriteAsync(IServerStreamWriter<ServerMessage> stream, CancellationToken ended)
    {
        while (true)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(ended);
            if (HeartbeatEvery is { } every)
                beat.CancelAfter(every);
            ServerMessage message;
            try
            {
                message = await _outgoing.Reader.ReadAsync(beat.Token);
            }
            catch (OperationCanceledException) when (!ended.IsCancellationRequested)
            {
                if (HeartbeatEvery is null)
                    continue;
                message = new() { Heartbeat = new() };
            }

            await stream.WriteAsync(message, ended);
        }
    }
}
