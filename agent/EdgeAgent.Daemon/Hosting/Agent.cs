using EdgeAgent.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Runs the pure core: one event after the other in, effects out.</summary>
internal sealed class Agent : BackgroundService
{
    private readonly EventQueue _events;
    private readonly KernelWorker _worker;
    private readonly PolicyCache _cache;
    private readonly StateNotes _notes;
    private readonly Reporter _reporter;
    private readonly NameWatch _names;
    private readonly AgentOptions _options;
    private readonly PolicyTrust _trust;
    private readonly ILogger<Agent> _log;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _job = Task.CompletedTask;
    private Task _confirming = Task.CompletedTask;
    private volatile AgentState _state;
    private long _turns;

    public Agent(AgentOptions options, CoreSettings settings, EventQueue events, KernelWorker worker, PolicyCache cache, StateNotes notes, Reporter reporter, NameWatch names, PolicyTrust trust, ILogger<Agent> log)
    {
        (_options, _events, _worker, _cache, _notes, _reporter, _names, _trust, _log) = (options, events, worker, cache, notes, reporter, names, trust, log);
        _state = AgentReducer.Start(settings, EffectiveFailsafes.Of(options.Failsafes, null, new ControlPlaneAddresses(options.ControlPlanes, []).All));
    }

    /// <summary>What is known now.</summary>
    internal AgentState State => _state;

    /// <summary>The policy that the host has, in the kernel or at least on disk; null for none.</summary>
    internal PolicyVersion? PolicyAtHand => _state.Held?.Policy is { } held && !FirstBoot.IsClosed(held) ? held : _state.Target;

    /// <summary>Grows as long as the core works; the watchdog looks at it.</summary>
    internal long Turns => Interlocked.Read(ref _turns);

    /// <summary>Waits until the policy from disk is enforced, or there is none, or it cannot be; but never long, so that boot never hangs.</summary>
    internal async Task WaitForBootAsync(CancellationToken stopping)
    {
        try
        {
            await _ready.Task.WaitAsync(SupervisorService.BootPatience, _events.Time, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            AgentLog.SideWorkFailed(_log, "enforcing the policy from disk", $"it takes more than {SupervisorService.BootPatience.TotalSeconds:0} s; going on without waiting for it");
        }
        catch (OperationCanceledException)
        {
            // The caller sees its own cancellation.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _notes.ClearPurgeMark();
        _events.Post(_names.Recall());
        LoadCache();
        await using var alarm = _events.Time.CreateTimer(_ => _events.Post(new Tick(_events.Now)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!stoppingToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref _turns);
            if (_events.Reader.TryRead(out var happened))
            {
                Deal(happened);
                continue;
            }

            if (_state.Running is null)
                _ready.TrySetResult();
            await WaitAsync(alarm, stoppingToken).ConfigureAwait(false);
            if (_state is { Running: null, DetachedBy: null, Held: not null } && _notes.IsPurged)
                Deal(new PurgeSeen(_events.Now));
            else if (_events.Now >= _state.NextWake)
                Deal(new Tick(_events.Now));
        }

        // A job that runs ends in the kernel's time; what it did stays (rule 3).
        await _job.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _confirming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits for an event; the alarm makes one when time has to go on.</summary>
    private async Task WaitAsync(ITimer alarm, CancellationToken stopping)
    {
        var wait = _state.NextWake - _events.Now;
        if (wait <= TimeSpan.Zero)
            return;
        alarm.Change(wait < Longest ? wait : Longest, Timeout.InfiniteTimeSpan);
        try
        {
            await _events.Reader.WaitToReadAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    /// <summary>The core turns at least this often, for the watchdog.</summary>
    private static TimeSpan Longest { get; } = TimeSpan.FromSeconds(1);

    private void LoadCache()
    {
        try
        {
            if (_cache.Load(_trust.ObjectionToKept) is { } kept)
            {
                if (_trust.IsRequired && kept.InForce.Policy.Statement is null)
                    AgentLog.UnsignedCache(_log, kept.InForce.Policy.ToString());
                _events.Post(new CacheLoaded(_events.Now, kept.InForce with { Failsafes = FailsafesFor(kept.InForce) }, kept.Confirmed));
            }
            else if (_options.FirstBoot == FirstBoot.ClosedExceptFailsafe)
            {
                _events.Post(new ClosedUntilPolicy(_events.Now));
            }
        }
        catch (Exception e) when (e is CorruptCacheException or IOException or UnauthorizedAccessException)
        {
            AgentLog.CacheRefused(_log, "policy.cache", e.Message);
            _events.Post(new CacheRefused(_events.Now, _worker.HoldsOurs()));
        }

        if (_notes.LoadRefusal() is { } refusal)
            _events.Post(new RefusalLoaded(_events.Now, refusal));
    }

    private EquatableArray<Failsafe> FailsafesFor(Enforcement kept)
    {
        var addresses = new ControlPlaneAddresses(_options.ControlPlanes, EffectiveFailsafes.AddressesIn(kept.Failsafes)).All;
        return EffectiveFailsafes.Of(_options.Failsafes, kept.FailsafesGiven && !_trust.IsRequired ? kept.Failsafes : null, addresses);
    }

    private void Deal(AgentEvent happened)
    {
        var (state, effects) = AgentReducer.Reduce(_state, happened);
        _state = state;
        foreach (var effect in effects)
            Perform(effect);
    }

    private void Perform(AgentEffect effect)
    {
        switch (effect)
        {
            case StartJob start:
                var work = _worker.TryBegin(start.Job) ?? (() => _worker.Run(start.Job));
                _job = Task.Run(() => _events.Post(work()));
                break;
            case AskNames ask:
                _names.Want(ask.Names);
                break;
            case Report:
                _reporter.Request(_state);
                break;
            case KeepConfirmed keep:
                _confirming = Task.Run(() => OnDisk("confirming the policy on disk", () => _cache.Confirm(keep.Policy)));
                break;
            case KeepRefusal keep:
                OnDisk("keeping a refusal on disk", () => _notes.KeepRefusal(keep.Refusal));
                break;
            case Announce { Gravity: Gravity.Info } say:
                AgentLog.Info(_log, say.Text);
                break;
            case Announce { Gravity: Gravity.Warning } say:
                AgentLog.Warning(_log, say.Text);
                break;
            case Announce say:
                AgentLog.Error(_log, say.Text);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect, "no such effect");
        }
    }

    private void OnDisk(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            AgentLog.SideWorkFailed(_log, what, e.Message);
        }
    }
}
