using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// Drives the rollout that is under way: releases waves one after the other, and takes the change back where the gate does not hold. Of
/// several control planes one does, as long as it shows signs of life; a step that two would make at once is made once, since it is a
/// revision. After a restart, or with another driver, the newest wave is watched anew.
/// </summary>
internal sealed partial class RolloutDriver(RolloutTable table, RevisionWriter writer, Publisher publisher, ReleasedHosts hosts, TimeProvider time, bool isShared, ILogger<RolloutDriver> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly string _me = Guid.NewGuid().ToString("N");
    private (Revision Id, RolloutLease Lease, long Since)? _seen;
    private (Revision Id, int Released, long Since)? _settled;
    private string? _problem;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Task.Run(() => LookAsync(publisher.Current), CancellationToken.None);
                _problem = null;
            }
            catch (StoreException e)
            {
                if (_problem != e.Message)
                    LogStuck(e.Message);
                _problem = e.Message;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task LookAsync(FleetState state)
    {
        if (state.Rollout is not { Row: var row })
        {
            (_seen, _settled) = (null, null);
            hosts.Forget();
            return;
        }

        // Whoever takes over knows by then for how long hosts have been waited for.
        var measures = hosts.Measure(state);
        if (!Leads(row.Id) || row.State != RolloutState.Running)
        {
            _settled = null;
            return;
        }

        if (row.Gate.Breach(measures) is { } breach)
        {
            var reason = $"{breach}{InWords(measures.Problems)} in wave {row.Released} of {row.Waves.Count}";
            await StepAsync(row, now => RolloutSteps.TakeBack(now, RolloutState.Failed, row.Author, reason, _me));
        }
        else if (HasSoaked(row, measures))
        {
            await StepAsync(row, now => row.IsInLastWave ? RolloutSteps.Complete(now, LeftOut(measures), _me) : RolloutSteps.ReleaseNext(now, _me));
        }
    }

    private bool HasSoaked(RolloutRow row, RolloutMeasures measures)
    {
        if (_settled is not { } settled || settled.Id != row.Id || settled.Released != row.Released)
        {
            if (measures.WaitedFor > 0)
                return false;
            _settled = settled = (row.Id, row.Released, time.GetTimestamp());
            table.Settle(row.Id, row.Released, time.GetUtcNow());
        }

        // A host that went away while the wave was watched may have been cut off by the change, and says so when it is back.
        return measures.WaitedFor == 0 && time.GetElapsedTime(settled.Since) >= row.Soak;
    }

    // What was decided here holds for the rollout as it was then, and for no other.
    private Task<bool> StepAsync(RolloutRow row, Func<FleetState, RevisionStep> step) => writer.StepAsync(now =>
        now.Rollout is { Row: var present } && present.Id == row.Id && present.Released == row.Released && present.State == row.State ? (step(now), true) : ((RevisionStep?)null, false));

    private static string LeftOut(RolloutMeasures measures) => measures.Realized < measures.Hosts
        ? $"{measures.Hosts - measures.Realized} of {measures.Hosts} hosts do not hold the change yet{InWords(measures.Problems)}"
        : "";

    private static string InWords(IReadOnlyList<(HostName Host, string What)> problems) =>
        problems.Count == 0 ? "" : $" ({string.Join("; ", problems.Select(problem => $"{problem.Host} {problem.What}"))})";

    // Clocks of machines are not compared: a driver is gone if its beat stays the same for a while by the clock here.
    private bool Leads(Revision id)
    {
        if (_seen is { } recent && recent.Id == id && recent.Lease.Driver == _me && time.GetElapsedTime(recent.Since) < BeatInterval)
            return true;
        var lease = table.LeaseOf(id);
        if (_seen is not { } seen || seen.Id != id || seen.Lease != lease)
            _seen = seen = (id, lease, time.GetTimestamp());
        var isFree = lease.Driver.Length == 0 || lease.Driver == _me || !isShared || time.GetElapsedTime(seen.Since) > Patience;
        if (!isFree || !table.Take(id, lease, _me))
            return false;
        if (lease.Driver != _me)
            LogLeads(id);
        _seen = (id, new(_me, lease.Beat + 1), time.GetTimestamp());
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Rollout {Rollout} is driven here")]
    private partial void LogLeads(Revision rollout);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rollout does not go on: {Problem}")]
    private partial void LogStuck(string problem);
}
