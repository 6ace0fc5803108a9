using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Does the jobs on the kernel, one at a time, and never throws: whatever goes wrong is an outcome.</summary>
internal sealed class KernelWorker(TableKeeper table, FlowCutter flows, FlowAdopter adopter, PolicyCache cache, StateNotes notes, StateDirectory directory, EventQueue clock, ILogger<KernelWorker> log)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    private (Enforcement Enforcement, Ruleset Ruleset)? _desired;

    /// <summary>Does a job.</summary>
    internal JobOutcome Run(KernelJob job)
    {
        try
        {
            using var held = FileLock.Take(directory.KernelLock, LockPatience);
            if (notes.PurgeMark() is { } mark)
                return new Detached(clock.Now, mark);
            return job switch
            {
                ApplyJob apply => Apply(apply),
                CheckJob check => Check(check),
                RemoveJob => Remove(),
                _ => throw new ArgumentOutOfRangeException(nameof(job), job, "no such job"),
            };
        }
        catch (UncompilablePolicyException e)
        {
            return new JobFailed(clock.Now, e.Message, Permanent: true);
        }
        catch (Exception e) when (e is NetlinkException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            return new JobFailed(clock.Now, e.Message, Permanent: false);
        }
        catch (Exception e)
        {
            // A fault of ours in one policy must not end the enforcement of the one before.
            AgentLog.JobBroke(log, e);
            return new JobFailed(clock.Now, $"{e.GetType().Name}: {e.Message}", Permanent: job is ApplyJob);
        }
    }

    private Applied Apply(ApplyJob job)
    {
        var noticed = clock.Now;
        var compile = TimeSpan.Zero;
        Ruleset Compile(Ruleset? held)
        {
            if (held is null)
                Adopt();
            var started = Stopwatch.GetTimestamp();
            var ruleset = Desired.Of(job.Target, held);
            compile += Stopwatch.GetElapsedTime(started);
            return ruleset;
        }

        Ruleset? compiled = null;
        TableState state;
        try
        {
            state = table.Establish(held => compiled = Compile(held), lookFirst: _desired is null);
        }
        catch when (_desired is { } before)
        {
            PutBack(before.Ruleset);
            throw;
        }

        var inForce = clock.Now;
        _desired = (job.Target, compiled!);
        CutDenied(job.Target);
        return new(inForce, state.Proof, new(compile, state.Encode, state.Kernel), Keep(job)) { Drift = Drift(state, Culprit.Unknown, noticed) };
    }

    private Checked Check(CheckJob job)
    {
        var expected = _desired is { } desired && desired.Enforcement == job.Expected ? desired.Ruleset : null;
        var state = table.Establish(
            held =>
            {
                if (held is null)
                    Adopt();
                return expected ?? Desired.Of(job.Expected, held);
            },
            lookFirst: true);
        if (state.Drift is not null)
            CutDenied(job.Expected);
        return new(clock.Now, state.Proof) { Drift = Drift(state, job.Culprit ?? Culprit.Unknown, job.NoticedAt) };
    }

    private Removed Remove()
    {
        table.Remove();
        _desired = null;
        cache.Forget();
        return new(clock.Now);
    }

    private DriftEvent? Drift(TableState state, Culprit culprit, TimeSpan noticed) =>
        state.Drift is { } what ? new(clock.TimeOfDay, culprit.ProcessId, culprit.ProcessName, what, clock.Now - noticed) : null;

    private void Adopt()
    {
        try
        {
            if (adopter.Adopt() is > 0 and var count)
                AgentLog.FlowsAdopted(log, count);
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "tracking open connections", e.Message);
        }
    }

    private void CutDenied(Enforcement enforcement)
    {
        try
        {
            var (tracked, cut) = flows.Cut(enforcement);
            if (cut > 0)
                AgentLog.FlowsCut(log, cut, tracked);
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "cutting denied flows", e.Message);
        }
    }

    // Of an update in several transactions the first may be in the kernel: harmless leftovers, but not what is desired.
    private void PutBack(Ruleset before)
    {
        try
        {
            table.Establish(_ => before, lookFirst: true);
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "putting the table back", e.Message);
        }
    }

    private string? Keep(ApplyJob job)
    {
        try
        {
            if (job.Unconfirmed)
                cache.KeepUnconfirmed(job.Target, job.Confirmed);
            else
                cache.Keep(job.Target);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{job.Target.Policy} could not be kept on disk ({e.Message}); after a restart the policy before is enforced until the control plane is reached";
        }
    }
}
