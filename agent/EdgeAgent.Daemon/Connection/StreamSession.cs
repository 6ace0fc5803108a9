using System.Threading.Channels;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>One stream to the control plane, from hello to its end.</summary>
internal sealed class StreamSession(
    AsyncDuplexStreamingCall<AgentMessage, ServerMessage> call,
    EventQueue events,
    Agent agent,
    Outbox outbox,
    HostFactsReader facts,
    RulesetEvidence evidence,
    PolicyTrust trust,
    string instance,
    ILogger log,
    Action<Welcome> welcomed,
    Action<TimeSpan> renew) : IDisposable
{
    private static readonly TimeSpan ResyncPause = TimeSpan.FromSeconds(1);

    // Of control planes that share a store one may be a moment behind the one that this host comes from.
    private static readonly TimeSpan OlderPatience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _resyncWanted = new(0);
    private readonly Channel<Digest> _rulesetsWanted = Channel.CreateBounded<Digest>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly PolicyInbox _inbox = new(agent.PolicyAtHand, trust);
    private string _resyncReason = "";
    private (TimeSpan Until, string Reason)? _doubt;

    /// <summary>Runs until the server ends the stream, an error, or cancellation.</summary>
    internal async Task RunAsync(CancellationToken stopping)
    {
        await call.RequestStream.WriteAsync(Hello(), stopping).ConfigureAwait(false);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var writing = WriteAsync(ended.Token);
        try
        {
            // Where writing fails reading fails as well, and says more.
            await ReadAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _resyncWanted.Dispose();

    private AgentMessage Hello()
    {
        var hello = new Hello { Facts = HostFactsMapping.ToWire(facts.Read()), Instance = instance };
        if (_inbox.Newest is { } held)
        {
            hello.Revision = held.Revision.Number;
            hello.Digest = held.Digest.Hex;
            hello.SetDigests.AddRange(held.Policy.Sets.Values.Select(set => set.Digest.Hex).Distinct());
        }

        return new() { Hello = hello };
    }

    private async Task ReadAsync(CancellationToken stopping)
    {
        while (await call.ResponseStream.MoveNext(stopping).ConfigureAwait(false))
        {
            var now = events.Now;
            SayDoubt(now);
            var message = call.ResponseStream.Current;
            if (message.MessageCase is not (ServerMessage.MessageOneofCase.Snapshot or ServerMessage.MessageOneofCase.Delta or ServerMessage.MessageOneofCase.InSync))
                events.Post(new Heard(now));
            switch (message.MessageCase)
            {
                case ServerMessage.MessageOneofCase.Welcome:
                    Welcome(message.Welcome, now);
                    break;
                case ServerMessage.MessageOneofCase.Snapshot:
                    // The mark that proves it comes at once, and is heard.
                    Deal(_inbox.Accept(message.Snapshot), now);
                    break;
                case ServerMessage.MessageOneofCase.Delta:
                    Deal(_inbox.Accept(message.Delta), now);
                    break;
                case ServerMessage.MessageOneofCase.InSync:
                    Deal(_inbox.Accept(message.InSync), now);
                    break;
                case ServerMessage.MessageOneofCase.Command:
                    Obey(message.Command, now);
                    break;
                case ServerMessage.MessageOneofCase.Heartbeat:
                    break;
                default:
                    AgentLog.UnknownMessage(log);
                    break;
            }
        }
    }

    private void Welcome(Welcome welcome, TimeSpan now)
    {
        AgentLog.Connected(log, welcome.ServerVersion);
        events.Post(new Connected(now));
        if (welcome.ReportInterval is { } interval)
            events.Post(new ReportIntervalSet(now, interval.ToTimeSpan()));
        welcomed(welcome);
    }

    private void Deal(InboxResult result, TimeSpan now)
    {
        switch (result)
        {
            case PolicyArrived arrived:
                _doubt = null;
                events.Post(new PolicyReceived(now, arrived.Policy));
                break;
            case PolicyDisbelieved { IsOlder: true } older:
                _doubt ??= (now + OlderPatience, older.Reason);
                break;
            case PolicyDisbelieved disbelieved:
                events.Post(new PolicyNotBelieved(now, disbelieved.Reason));
                break;
            case SnapshotNeeded needed:
                events.Post(new Heard(now));
                AgentLog.Resync(log, needed.Reason);
                _resyncReason = needed.Reason;
                _resyncWanted.Release();
                break;
            default:
                break;
        }
    }

    // Heartbeats come as long as the control plane does.
    private void SayDoubt(TimeSpan now)
    {
        if (_doubt is not { } doubt || now < doubt.Until)
            return;
        events.Post(new PolicyNotBelieved(now, doubt.Reason));
        _doubt = null;
    }

    private void Obey(Command command, TimeSpan now)
    {
        switch (command.CommandCase)
        {
            case Command.CommandOneofCase.Retry:
                events.Post(new RetryRequested(now, new Revision(command.Retry.Revision)));
                break;
            case Command.CommandOneofCase.Verify:
                events.Post(new VerifyRequested(now));
                break;
            case Command.CommandOneofCase.SendRuleset:
                if (Digest.TryParse(command.SendRuleset.Digest, out var digest))
                    _rulesetsWanted.Writer.TryWrite(digest);
                break;
            case Command.CommandOneofCase.RenewCertificate:
                renew(command.RenewCertificate.Within?.ToTimeSpan() ?? TimeSpan.Zero);
                break;
            case Command.CommandOneofCase.ShowYourself:
                outbox.Repeat();
                break;
            default:
                AgentLog.UnknownMessage(log);
                break;
        }
    }

    private async Task WriteAsync(CancellationToken ended)
    {
        var status = outbox.TakeAsync(ended).AsTask();
        var resync = _resyncWanted.WaitAsync(ended);
        var ruleset = _rulesetsWanted.Reader.ReadAsync(ended).AsTask();
        while (true)
        {
            var first = await Task.WhenAny(status, resync, ruleset).ConfigureAwait(false);
            if (first == status)
            {
                await call.RequestStream.WriteAsync(new() { Status = HostStatusMapping.ToWire(await status.ConfigureAwait(false)) }, ended).ConfigureAwait(false);
                status = outbox.TakeAsync(ended).AsTask();
            }
            else if (first == resync)
            {
                await resync.ConfigureAwait(false);
                await call.RequestStream.WriteAsync(new() { Resync = new Resync { Reason = _resyncReason } }, ended).ConfigureAwait(false);

                // A control plane that keeps sending what does not fit must not be made to send it as fast as it can.
                await Task.Delay(ResyncPause, events.Time, ended).ConfigureAwait(false);
                resync = _resyncWanted.WaitAsync(ended);
            }
            else
            {
                if (evidence.Of(await ruleset.ConfigureAwait(false)) is { } text)
                    await call.RequestStream.WriteAsync(new() { Ruleset = text }, ended).ConfigureAwait(false);
                ruleset = _rulesetsWanted.Reader.ReadAsync(ended).AsTask();
            }
        }
    }
}
