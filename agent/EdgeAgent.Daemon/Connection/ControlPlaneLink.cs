using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>
/// Keeps one stream to the control plane open: dials for ever, with growing waits in between (rule 4). Of several control planes the next is
/// tried when one is not reached, in an order that is drawn anew each time; only when all were tried there is a wait.
/// </summary>
internal sealed class ControlPlaneLink(
    AgentOptions options, EventQueue events, Agent agent, Outbox outbox, HostIdentity identity, AddressWatch addresses, HostFactsReader facts, RulesetEvidence evidence, PolicyTrust trust, TranslatedChannel channel, ILogger<ControlPlaneLink> log, ICredentialSource? source = null) : BackgroundService
{
    private static readonly string Instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    // Hosts that lost one control plane at one moment come to the others over a moment.
    private static readonly TimeSpan LongestChange = TimeSpan.FromMilliseconds(500);

    private readonly Backoff _backoff = new(Random.Shared.NextDouble);
    private ControlPlaneAddresses _addresses = new(options.ControlPlanes, []);
    private EquatableArray<Contracts.Failsafe>? _given;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What the last run knew of the control plane's addresses is as good as a name server that cannot be reached yet.
        await agent.WaitForBootAsync(stoppingToken).ConfigureAwait(false);
        _addresses = new(options.ControlPlanes, EffectiveFailsafes.AddressesIn(agent.State.Failsafes));
        _given = agent.State.FailsafesGiven && !trust.IsRequired ? agent.State.Failsafes : null;
        var order = new Queue<Uri>();
        while (!stoppingToken.IsCancellationRequested)
        {
            if (order.Count == 0)
                order = new(Shuffled(options.ControlPlanes));
            var controlPlane = order.Dequeue();
            var problem = await AttemptAsync(controlPlane, stoppingToken).ConfigureAwait(false);
            if (stoppingToken.IsCancellationRequested)
                return;
            if (problem is null)
                continue;
            if (options.ControlPlanes.Count > 1)
                problem = $"{controlPlane.Authority}: {problem}";
            var wait = order.Count > 0 ? LongestChange * Random.Shared.NextDouble() : _backoff.Next();
            if (problem != agent.State.ConnectionProblem)
                AgentLog.Unreachable(log, controlPlane.ToString(), problem, wait);
            events.Post(new Disconnected(events.Now, problem));
            await Task.Delay(wait, events.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Uri[] Shuffled(EquatableArray<Uri> all)
    {
        var order = all.ToArray();
        Random.Shared.Shuffle(order);
        return order;
    }

    // Why the connection is gone; null where it is to be made anew at once.
    private async Task<string?> AttemptAsync(Uri controlPlane, CancellationToken stopping)
    {
        // Addresses are announced by a new hello.
        using var readdressed = CancellationTokenSource.CreateLinkedTokenSource(stopping, addresses.Changed);
        ServerTrust? server = null;
        try
        {
            await ResolveAsync(stopping).ConfigureAwait(false);
            if (source is not null)
            {
                var credentials = await source.ObtainAsync(_addresses.To(controlPlane), stopping).ConfigureAwait(false);
                identity.Take(credentials);
                server = credentials.Trust();
            }

            var way = _addresses.To(controlPlane);
            using var open = ControlPlaneChannel.Open(way, server?.ToOptions());
            return await ServeAsync(new(open), way, readdressed.Token).ConfigureAwait(false);
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
        catch (IdentityException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is RpcException or SocketException or IOException or HttpRequestException or OperationCanceledException or InvalidOperationException or WebException)
        {
            // A control plane that has other authorities than this host takes nothing from it; a token for it says so by its pin.
            if (e is RpcException { StatusCode: StatusCode.Unauthenticated } || server?.Refusal is not null)
                source?.Refused();
            return server?.Refusal is { } refusal ? $"the control plane is not believed: {refusal}" : e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message;
        }
    }

    private async Task<string?> ServeAsync(AgentService.AgentServiceClient client, ControlPlaneWay way, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var call = client.Connect(cancellationToken: ending.Token);
        using var session = new StreamSession(call, events, agent, outbox, facts, evidence, trust, Instance, log, welcome => Welcomed(welcome, way), within => source?.RenewWithin(within));
        // It listens before the control plane can ask.
        var renewed = source?.RenewedAsync(client, ending.Token) ?? Task.Delay(Timeout.Infinite, ending.Token);
        var serving = session.RunAsync(ending.Token);
        try
        {
            if (await Task.WhenAny(serving, renewed).ConfigureAwait(false) == serving)
            {
                await serving.ConfigureAwait(false);
                return "the control plane ended the stream";
            }

            await renewed.ConfigureAwait(false);
            return null;
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(serving, renewed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ResolveAsync(CancellationToken stopping)
    {
        await _addresses.ResolveAsync((name, problem) => AgentLog.Unresolved(log, name, problem), stopping).ConfigureAwait(false);
        PostFailsafes();
    }

    private void Welcomed(Welcome welcome, ControlPlaneWay way)
    {
        _backoff.Reset();
        if (welcome.FailsafesGiven && trust.IsRequired)
        {
            // They would open whatever policy closes, and nobody signed them.
            AgentLog.BadFailsafes(log, "they are not signed");
            return;
        }

        try
        {
            channel.Look(way.Addresses, checked((ushort)way.ControlPlane.Port));
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "looking for translation of the control plane's address", e.Message);
        }

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
        var effective = EffectiveFailsafes.Of(options.Failsafes, _given, _addresses.All);
        if (effective != agent.State.Failsafes)
            events.Post(new FailsafesChanged(events.Now, effective, _given is not null));
    }
}
