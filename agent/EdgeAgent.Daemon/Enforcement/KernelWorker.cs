using System.Diagnostics;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Does the jobs on the kernel, one at a time, and never throws: whatever goes wrong is an outcome.</summary>
internal sealed class KernelWorker(IBackend backend, BackendChoice choice, FlowCutter flows, FlowAdopter adopter, Preflight preflight, PolicyCache cache, StateNotes notes, StateDirectory directory, KernelPlace place, EventQueue clock, ILogger<KernelWorker> log)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    private bool _noted;

    /// <summary>Does a job.</summary>
    internal JobOutcome Run(KernelJob job)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = Attempt(job);
        return outcome with { Took = Stopwatch.GetElapsedTime(started) };
    }

    private JobOutcome Attempt(KernelJob job)
    {
        try
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
            state = backend.Establish(job.Target, lookFirst: !backend.HasEstablished, Adopt);
        }
        catch
        {
            PutBack();
            throw;
        }

        var inForce = clock.Now;
        LeaveOtherBackend();
        var drift = Drift(state, Culprit.Unknown, noticed);
        CutDenied(job.Target, everything: drift is not null);
        return new Applied(inForce, state.Proof, new(state.Compile, state.Encode, state.Kernel), Keep(job)) { Drift = drift };
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
