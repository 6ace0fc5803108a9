using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Does the jobs on the kernel, one at a time, and never throws: whatever goes wrong is an outcome.</summary>
internal sealed class KernelWorker(IBackend backend, BackendChoice choice, FlowCutter flows, FlowAdopter adopter, Preflight preflight, PolicyCache cache, StateNotes notes, StateDirectory directory, KernelPlace place, EventQueue clock, ILogger<KernelWorker> log)
{
    /// <summary>Changes of so many blocks are made where they are heard of; larger ones beside.</summary>
    private const int SmallStep = 64;

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    private bool _noted;

    /// <summary>
    /// Does the part of a job that takes microseconds, if it is that small: members of sets that come and go. The kernel then holds them.
    /// </summary>
    /// <returns>The rest of the job: proof, tracked connections, disk. Null if nothing was done, and the job is to be run as a whole.</returns>
    internal Func<JobOutcome>? TryBegin(KernelJob job)
    {
        if (job is not ApplyJob apply || !(apply.NamesOnly || apply.Target.Policy.Step <= SmallStep))
            return null;
        var started = Stopwatch.GetTimestamp();
        FileLock? held = null;
        try
        {
            held = FileLock.TryTake(directory.KernelLock);
            if (held is not null && !notes.IsPurged && (apply.Forced || preflight.Objection(apply.Target) is null) && backend.TryFollow(apply.Target) is { } prove)
            {
                var (taken, inForce) = (held, clock.Now);
                held = null;
                return () => Timed(started, job, () =>
                {
                    using (taken)
                        return Finish(apply, prove(), inForce, null);
                });
            }
        }
        catch (Exception e)
        {
            // Run as a whole it meets the same fault, and says what it means.
            AgentLog.SideWorkFailed(log, "a small update", e.Message);
        }

        held?.Dispose();
        return null;
    }

    /// <summary>Whether the kernel holds anything of ours: for the start, before there are jobs.</summary>
    internal bool HoldsOurs()
    {
        try
        {
            return backend.IsThere();
        }
        catch (NetlinkException e)
        {
            // What to do about it fails in the same way, and is tried again.
            AgentLog.SideWorkFailed(log, "looking into the kernel", e.Message);
            return false;
        }
    }

    /// <summary>Does a job.</summary>
    internal JobOutcome Run(KernelJob job) => Timed(Stopwatch.GetTimestamp(), job, () => Attempt(job));

    private JobOutcome Attempt(KernelJob job)
    {
        using var held = FileLock.Take(directory.KernelLock, LockPatience);
        if (notes.PurgeMark() is { } mark)
        {
            backend.Release();
            return new Detached(clock.Now, mark);
        }

        if (choice.Lacks.Length > 0 && job is not RemoveJob)
            return new JobFailed(clock.Now, $"the kernel lacks {choice.Lacks} for the {choice.Kind.Name()} backend", Permanent: false);
        return job switch
        {
            ApplyJob apply => Apply(apply),
            CheckJob check => Check(check),
            RemoveJob => Remove(),
            _ => throw new ArgumentOutOfRangeException(nameof(job), job, "no such job"),
        };
    }

    private JobOutcome Timed(long started, KernelJob job, Func<JobOutcome> work) => Guarded(job, work) with { Took = Stopwatch.GetElapsedTime(started) };

    private JobOutcome Guarded(KernelJob job, Func<JobOutcome> work)
    {
        try
        {
            return work();
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

    private JobOutcome Apply(ApplyJob job)
    {
        if (!job.Forced && preflight.Objection(job.Target) is { } objection)
            return new JobFailed(clock.Now, objection, Permanent: true);
        var noticed = clock.Now;
        TableState state;
        try
        {
            state = backend.TryFollow(job.Target)?.Invoke() ?? backend.Establish(job.Target, lookFirst: !backend.HasEstablished, Adopt);
        }
        catch
        {
            PutBack();
            throw;
        }

        LeaveOtherBackend();
        return Finish(job, state, clock.Now, Drift(state, Culprit.Unknown, noticed));
    }

    private Applied Finish(ApplyJob job, TableState state, TimeSpan inForce, DriftEvent? drift)
    {
        CutDenied(job.Target, everything: drift is not null);
        return new(inForce, state.Proof, new(state.Compile, state.Encode, state.Kernel), Keep(job)) { Drift = drift };
    }

    private Checked Check(CheckJob job)
    {
        var state = backend.Establish(job.Expected, lookFirst: true, Adopt);
        var drift = Drift(state, job.Culprit ?? Culprit.Unknown, job.NoticedAt);
        if (drift is not null)
            CutDenied(job.Expected, everything: true);
        return new(clock.Now, state.Proof) { Drift = drift };
    }

    private Removed Remove()
    {
        backend.Remove();
        flows.Forget();
        cache.Forget();
        return new(clock.Now);
    }

    private DriftEvent? Drift(TableState state, Culprit culprit, TimeSpan noticed) =>
        state.Drift is { } what ? new(clock.TimeOfDay, culprit.ProcessId, culprit.ProcessName, what, clock.Now - state.Since - noticed) : null;

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

    // Only once the new rules are in force, so that there is no moment without any.
    private void LeaveOtherBackend()
    {
        if (_noted)
            return;
        try
        {
            if (notes.Backend() is { } before && before != backend.Kind)
            {
                using var other = Backends.Open(before, place.NetworkNamespace);
                other.Remove();
                AgentLog.BackendLeft(log, before.Name());
            }

            notes.KeepBackend(backend.Kind);
            _noted = true;
        }
        catch (Exception e) when (e is NetlinkException or IOException or UnauthorizedAccessException)
        {
            AgentLog.SideWorkFailed(log, "leaving the backend used before", e.Message);
        }
    }

    private void CutDenied(Enforcement enforcement, bool everything)
    {
        try
        {
            var (tracked, cut, restored) = flows.Cut(enforcement, everything);
            if (cut > 0)
                AgentLog.FlowsCut(log, cut, tracked);
            if (restored > 0)
                AgentLog.FlowsRestored(log, restored);
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "cutting denied flows", e.Message);
        }
    }

    private void PutBack()
    {
        try
        {
            backend.PutBack();
        }
        catch (NetlinkException e)
        {
            AgentLog.SideWorkFailed(log, "putting the table back", e.Message);
        }
    }

    private string? Keep(ApplyJob job)
    {
        if (job.NamesOnly)
            return null;
        try
        {
            if (FirstBoot.IsClosed(job.Target.Policy))
                cache.ForgetOwn();
            else if (job.Unconfirmed)
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
