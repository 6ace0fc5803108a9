using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>One run of the reducer: the state as it changes, and the effects as they gather.</summary>
internal sealed class Step(AgentState state)
{
    internal AgentState State { get; set; } = state;

    internal List<AgentEffect> Effects { get; } = [];

    internal void Report() => State = State with { NextReport = TimeSpan.Zero };

    internal void Announce(Gravity gravity, string text) => Effects.Add(new Announce(gravity, text));

    internal void ReportIfDue(TimeSpan now)
    {
        if (now < State.NextReport)
            return;
        State = State with { NextReport = now + State.Settings.ReportEvery };
        Effects.Add(new Report());
    }

    internal void Load(CacheLoaded e) =>
        State = State with { Target = e.Kept.Policy, Wanted = e.Kept.Policy, Forced = e.Kept.Policy.Digest, Failsafes = e.Kept.Failsafes, FailsafesGiven = e.Kept.FailsafesGiven, Confirmed = e.Confirmed };

    // A first policy that is undone leads back to it.
    internal void CloseUntilPolicy()
    {
        State = State with { Wanted = FirstBoot.Closed, Confirmed = FirstBoot.Closed };
        Announce(Gravity.Warning, "there is no policy yet: the host is closed except for failsafes until there is one");
    }

    // This host had a policy: it is not to be open, neither now nor when the next policy is undone.
    internal void LoseCache(bool kernelHolds)
    {
        const string Kept = "the policy on disk is refused: what the kernel holds stays as it is until there is a fresh one";
        State = kernelHolds
            ? State with { Confirmed = FirstBoot.Closed, Trouble = Kept }
            : State with { Confirmed = FirstBoot.Closed, Wanted = FirstBoot.Closed };
        Announce(Gravity.Error, kernelHolds ? Kept : "the policy on disk is refused, and the kernel holds none: the host is closed except for failsafes until there is a fresh one");
    }

    internal void Hear(TimeSpan at)
    {
        if (State.Confirmation is not { } waiting || at <= waiting.Since || State.Held is not { Policy: var held })
            return;
        State = State with { Confirmation = null, Confirmed = held };
        Effects.Add(new KeepConfirmed(held));
        Announce(Gravity.Info, $"{held} is confirmed: the control plane is heard after it");
    }

    internal void Receive(PolicyVersion policy)
    {
        var isNew = policy != State.Target;
        State = State with { Target = policy, Disbelief = null };
        if (State.Refusal is { } refusal && refusal.Digest == policy.Digest)
        {
            if (isNew)
                Announce(Gravity.Warning, $"{policy} is the policy that was refused: {refusal.Reason}");
            Report();
            return;
        }

        Accept(policy);
    }

    internal void Disbelieve(string reason)
    {
        if (State.Disbelief != reason)
            Announce(Gravity.Error, reason);
        State = State with { Disbelief = reason };
        Report();
    }

    internal void Retry(Revision revision)
    {
        if (State.Target is not { } target || State.Refusal is not { } refusal || refusal.Digest != target.Digest)
            return;
        if (revision != target.Revision && revision != refusal.Revision)
        {
            Announce(Gravity.Warning, $"asked to retry revision {revision}, but {target} is what was refused");
            return;
        }

        Announce(Gravity.Info, $"{target} is tried again");
        State = State with { Forced = target.Digest };
        Accept(target);
    }

    internal void Finish(JobOutcome outcome)
    {
        var job = State.Running ?? throw new InvalidOperationException($"{outcome.GetType().Name} without a job");
        State = State with { Running = null, NextVerify = outcome.At + State.Settings.VerifyEvery };
        if (outcome.Drift is { } drift)
        {
            State = Drifting.Record(State, drift, outcome, out var stormBegins);
            Announce(Gravity.Warning, $"{drift.What} changed by {new Culprit(drift.ProcessId, drift.ProcessName)}; repaired in {drift.Repaired.TotalMilliseconds:0.0} ms");
            if (stormBegins)
                Announce(Gravity.Error, $"our table was changed {State.Settings.RepairBurst} times in {State.Settings.RepairWindow.TotalSeconds:0} s, last by {new Culprit(drift.ProcessId, drift.ProcessName)}; from now on at most one repair in {State.Settings.RepairPause.TotalSeconds:0.#} s");
        }
        else if (outcome is Checked && job is CheckJob { Culprit: not null })
        {
            State = Drifting.RecordVain(State, outcome);
        }

        State = Drifting.EndStorm(State, outcome.At);
        switch (outcome, job)
        {
            case (Applied applied, ApplyJob apply):
                InForce(apply, applied);
                break;
            case (Removed, RemoveJob):
                State = State with { Held = null, Proof = null, RemovalWanted = false, CheckDue = null };
                break;
            case (Checked done, CheckJob):
                State = State with { Proof = done.Proof, Trouble = null };
                break;
            case (JobFailed failed, _):
                Fail(job, failed);
                break;
            case (Detached detached, _):
                State = State with { DetachedBy = detached.Mark, Wanted = null, RemovalWanted = false, Held = null, Proof = null, Confirmation = null };
                Announce(Gravity.Warning, $"{detached.Mark}; the kernel is left alone until the agent is started again");
                break;
            default:
                throw new InvalidOperationException($"{outcome.GetType().Name} for {job.GetType().Name}");
        }

        Report();
    }

    /// <summary>Rule 6: a policy after which the control plane is not heard is undone.</summary>
    internal void UndoIfUnheard(TimeSpan now)
    {
        if (State.Running is not null || State.Confirmation is not { } waiting || now < waiting.Deadline || State.Held is not { } held)
            return;
        var seconds = (waiting.Deadline - waiting.Since).TotalSeconds;
        var reason = $"the control plane was not heard within {seconds:0.#} s after {held.Policy} came into force; {(State.Confirmed is null ? "the host had no policy before" : FirstBoot.IsClosed(State.Confirmed) ? "the host is closed except for failsafes, as before" : $"{State.Confirmed} is restored")}";
        var refusal = new Refusal(RefusalKind.RolledBack, held.Policy.Revision, held.Policy.Digest, reason);
        State = State with
        {
            Confirmation = null,
            Refusal = refusal,
            Wanted = State.Confirmed,
            RemovalWanted = State.Confirmed is null,
            ApplyNotBefore = TimeSpan.Zero,
        };
        Effects.Add(new KeepRefusal(refusal));
        Announce(Gravity.Error, reason);
        Report();
    }

    /// <summary>Names are resolved as long as a policy that may come into force grants them.</summary>
    internal void AskForNames()
    {
        var names = (State.Wanted?.Names ?? []).Concat(State.Held?.Policy.Names ?? []).Concat(State.Confirmed?.Names ?? []).ToHashSet(StringComparer.Ordinal);
        if (names.SetEquals(State.NamesAsked))
            return;
        State = State with { NamesAsked = names.Order(StringComparer.Ordinal).ToEquatableArray() };
        Effects.Add(new AskNames(State.NamesAsked));
    }

    internal void Dispatch(TimeSpan now)
    {
        if (State.Running is not null || State.DetachedBy is not null)
            return;
        AwaitNames(now);
        if ((State.RemovalWanted || (State.ApplyPending && !(now < State.NamesAwaited))) && now >= State.ApplyNotBefore)
            Begin(State.RemovalWanted ? new RemoveJob() : NextApply());
        else if (State.Held is { } held && !State.RemovalWanted && (now >= State.CheckDue || now >= State.NextVerify))
            Begin(new CheckJob(held, State.Suspect?.Culprit, State.Suspect?.At ?? now));
    }

    /// <summary>
    /// A policy with names that nobody was asked for yet waits a moment: until there is an answer it would close what it allows. Not the
    /// one that was in force when the agent started: nothing is enforced before it.
    /// </summary>
    private void AwaitNames(TimeSpan now)
    {
        if (!State.LacksNames || State.Held?.Policy == State.Wanted || (State.Held is null && State.Wanted!.Digest == State.Forced))
        {
            if (State.NamesAwaited is not null)
                State = State with { NamesAwaited = null };
        }
        else if (State.NamesAwaited is null)
        {
            State = State with { NamesAwaited = now + State.Settings.NamesPatience };
        }
    }

    private ApplyJob NextApply()
    {
        var target = State.Intended!;
        var digest = target.Policy.Digest;
        var forced = digest == State.Forced || digest == State.Held?.Policy.Digest || digest == State.Confirmed?.Digest;
        var namesOnly = State.Held is { } held && held.Policy == target.Policy && held.Failsafes == target.Failsafes;
        return new(target, State.Settings.ConfirmWithin is not null && digest != State.Confirmed?.Digest, State.Confirmed, forced, namesOnly);
    }

    private void Begin(KernelJob job)
    {
        State = State with { Running = job };
        if (job is CheckJob)
            State = State with { CheckDue = null, Suspect = null };
        Effects.Add(new StartJob(job));
    }

    private void Accept(PolicyVersion policy)
    {
        if (State.Refusal is not null)
        {
            State = State with { Refusal = null };
            Effects.Add(new KeepRefusal(null));
        }

        State = State with { Wanted = policy, RemovalWanted = false, Trouble = null, ApplyNotBefore = TimeSpan.Zero };
        Report();
    }

    private void InForce(ApplyJob job, Applied applied)
    {
        var sameContent = State.Held?.Policy.Digest == job.Target.Policy.Digest;
        State = State with
        {
            Held = job.Target,
            Proof = applied.Proof,
            ApplyTime = applied.Time,
            Trouble = null,
            CacheProblem = job.NamesOnly ? State.CacheProblem : applied.CacheProblem,
            Refusal = State.Refusal?.Digest == job.Target.Policy.Digest ? null : State.Refusal,
            Confirmed = job.Unconfirmed ? State.Confirmed : job.Target.Policy,
            Confirmation = !job.Unconfirmed || State.Settings.ConfirmWithin is not { } window ? null
                : sameContent && State.Confirmation is { } waiting ? waiting
                : new(applied.At, applied.At + window),
        };
        if (job.NamesOnly)
            return;
        Announce(Gravity.Info, $"{job.Target.Policy} is in force: {applied.Proof.Rules} rules, {applied.Proof.Sets} sets, {applied.Proof.Elements} elements, kernel digest {applied.Proof.Digest.Short}");
        if (applied.CacheProblem is { } problem)
            Announce(Gravity.Error, problem);
    }

    private void Fail(KernelJob job, JobFailed failed)
    {
        Announce(Gravity.Error, failed.Reason);
        if (job is CheckJob)
        {
            State = State with { Trouble = failed.Reason, CheckDue = failed.At + State.Settings.RepairPause };
            return;
        }

        var again = failed.At + State.Settings.RetryAfter;
        if (job is ApplyJob apply && failed.Permanent && apply.Target.Policy == State.Wanted && apply.Target.Policy.Digest != State.Held?.Policy.Digest)
        {
            // Rule 10: the policy before stays. One that is held already failed for other failsafes, not for itself.
            var refusal = new Refusal(RefusalKind.Failed, apply.Target.Policy.Revision, apply.Target.Policy.Digest, failed.Reason);
            State = State with { Refusal = refusal, Wanted = State.Held?.Policy };
        }
        else
        {
            State = State with { Trouble = failed.Reason };
        }

        State = State with { ApplyNotBefore = again };
    }
}
