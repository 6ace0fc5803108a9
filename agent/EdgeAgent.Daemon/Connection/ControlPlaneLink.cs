using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Keeps one stream to the control plane open: dials for ever, with growing waits in between (rule 4).</summary>
internal sealed class ControlPlaneLink(AgentOptions options, EventQueue events, Agent agent, Outbox outbox, AddressWatch addresses, HostFactsReader facts, RulesetEvidence evidence, ILogger<ControlPlaneLink> log) : BackgroundService
{
    /// <summary>A policy of a million prefixes takes a few megabytes.</summary>
    private const int LargestMessage = 64 << 20;

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    private readonly ControlPlaneAddresses _addresses = new(options.ControlPlane);
    private readonly Backoff _backoff = new(Random.Shared.NextDouble);
    private EquatableArray<IpAddress> _known = [];
    private EquatableArray<Contracts.Failsafe>? _given;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What the last run knew of the control plane's addresses is as good as a name server that cannot be reached yet.
        await agent.WaitForBootAsync(stoppingToken).ConfigureAwait(false);
        _known = EffectiveFailsafes.AddressesIn(agent.State.Failsafes);
        _given = agent.State.FailsafesGiven ? agent.State.Failsafes : null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var problem = await AttemptAsync(stoppingToken).ConfigureAwait(false);
            if (stoppingToken.IsCancellationRequested)
                return;
            var wait = _backoff.Next();
            if (problem != agent.State.ConnectionProblem)
                AgentLog.Unreachable(log, options.ControlPlane, problem, wait);
            events.Post(new Disconnected(events.Now, problem));
            await Task.Delay(wait, events.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> AttemptAsync(CancellationToken stopping)
    {
        // Addresses are announced by a new hello.
        using var readdressed = CancellationTokenSource.CreateLinkedTokenSource(stopping, addresses.Changed);
        try
        {
            await ResolveAsync(stopping).ConfigureAwait(false);
            using var handler = new SocketsHttpHandler
            {
                ConnectTimeout = ConnectPatience,
                ConnectCallback = (_, cancellation) => _addresses.ConnectAsync(_known, cancellation),
                KeepAlivePingDelay = TimeSpan.FromSeconds(20),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                UseProxy = false,
            };
            using var channel = GrpcChannel.ForAddress(options.ControlPlane, new GrpcChannelOptions
            {
                HttpHandler = handler,
                MaxReceiveMessageSize = LargestMessage,
                MaxSendMessageSize = LargestMessage,
                ThrowOperationCanceledOnCancellation = true,
            });
            using var call = new AgentService.AgentServiceClient(channel).Connect(cancellationToken: stopping);
            using var session = new StreamSession(call, events, agent, outbox, facts, evidence, log, Welcomed);
            await session.RunAsync(readdressed.Token).ConfigureAwait(false);
            return "the control plane ended the stream";
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return "stopping";
        }
        catch (OperationCanceledException) when (readdressed.IsCancellationRequested)
        {
            _backoff.Reset();
            return "the host's addresses changed";
        }
        catch (Exception e) when (e is RpcException or SocketException or IOException or HttpRequestException or OperationCanceledException or InvalidOperationException or WebException)
        {
            return e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message;
        }
    }

    private async Task ResolveAsync(CancellationToken stopping)
    {
        try
        {
            _known = await _addresses.ResolveAsync(stopping).ConfigureAwait(false);
        }
        catch (SocketException e) when (!_known.IsEmpty)
        {
            AgentLog.Unresolved(log, options.ControlPlane.Host, e.Message);
        }

        PostFailsafes();
    }

    private void Welcomed(Welcome welcome)
    {
        _backoff.Reset();
        try
        {
            _given = welcome.FailsafesGiven ? welcome.Failsafes.Select(FailsafeMapping.FromWire).ToEquatableArray() : null;
        }
        catch (WireFormatException e)
        {
            AgentLog.BadFailsafes(log, e.Message);
        }

        PostFailsafes();
    }

    private void PostFailsafes()
    {
        var effective = EffectiveFailsafes.Of(options.Failsafes, _given, _known, options.ControlPlane.Port);
        if (effective != agent.State.Failsafes)
            events.Post(new FailsafesChanged(events.Now, effective, _given is not null));
    }
}
