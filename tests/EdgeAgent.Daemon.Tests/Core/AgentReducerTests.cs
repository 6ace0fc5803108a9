using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

public sealed class AgentReducerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Without_a_policy_nothing_is_written_whatever_happens()
    {
        var agenda = new Agenda();
        agenda.Happens(at => new Connected(at));
        agenda.Happens(at => new ForeignChange(at, Culprit.Unknown));
        agenda.Happens(at => new VerifyRequested(at));
        agenda.Happens(at => new FailsafesChanged(at, Failsafe.Defaults, true));
        agenda.Happens(at => new RetryRequested(at, new(3)));
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.Empty(agenda.Jobs);
        Assert.Equal((HostState.Unknown, "no policy yet"), agenda.State.Standing);
    }

    [Fact]
    public void A_host_that_is_closed_until_it_has_a_policy_goes_back_to_that_when_its_first_one_is_undone()
    {
        var agenda = new Agenda(failsafes: Failsafe.Defaults);
        agenda.Happens(at => new ClosedUntilPolicy(at));
        var closed = Assert.IsType<ApplyJob>(agenda.Running);
        Assert.Equal((FirstBoot.Closed, Failsafe.Defaults, false, true), (closed.Target.Policy, closed.Target.Failsafes, closed.Unconfirmed, closed.Forced));
        agenda.Succeed();
        agenda.Pass(Second);
        Assert.Equal(HostState.Unknown, agenda.State.Standing.State);
        Assert.Contains("closed except for failsafes", agenda.State.Standing.Reason, StringComparison.Ordinal);

        var bad = Policies.Version(1);
        agenda.Receive(bad);
        Assert.True(agenda.Running is ApplyJob { Unconfirmed: true, Confirmed: { } before } && before == FirstBoot.Closed);
        agenda.Succeed();
        agenda.Pass(31 * Second);
        Assert.Equal(FirstBoot.Closed, Assert.IsType<ApplyJob>(agenda.Running).Target.Policy);
        agenda.Succeed();
        Assert.Equal(HostState.RolledBack, agenda.State.Standing.State);
        agenda.Confirm(Policies.Version(2, 81));
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
    }

    [Fact]
    public void The_policy_from_disk_is_enforced_before_anything_else_happens()
    {
        var agenda = new Agenda();
        var kept = Policies.Enforcement(7);
        agenda.Happens(at => new CacheLoaded(at, kept, kept.Policy));
        Assert.Equal(new ApplyJob(kept, false, kept.Policy, true), agenda.Running);
        agenda.Succeed();
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.Equal(kept, agenda.State.Held);
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
    }

    [Fact]
    public void The_newest_policy_replaces_those_that_wait()
    {
        var agenda = new Agenda();
        agenda.Receive(Policies.Version(1, 1));
        agenda.Receive(Policies.Version(2, 2));
        agenda.Receive(Policies.Version(3, 3));
        agenda.Succeed();
        agenda.Succeed();
        Assert.Equal([1, 3], agenda.Jobs.OfType<ApplyJob>().Select(job => job.Target.Policy.Revision.Number));
        Assert.Null(agenda.Running);
    }

    [Fact]
    public void A_policy_after_which_the_control_plane_is_silent_is_undone_and_refused_until_retried()
    {
        var agenda = new Agenda();
        var (good, bad) = (Policies.Version(1, 1), Policies.Version(2, 2));
        agenda.Confirm(good);
        agenda.Receive(bad);
        agenda.Succeed();
        agenda.Pass(29 * Second);
        Assert.Equal(bad, agenda.State.Held!.Policy);
        agenda.Pass(2 * Second);
        Assert.Equal(good, Assert.IsType<ApplyJob>(agenda.Running).Target.Policy);
        agenda.Succeed();
        Assert.Equal(HostState.RolledBack, agenda.State.Standing.State);
        Assert.Contains("30 s", agenda.State.Standing.Reason, StringComparison.Ordinal);
        Assert.Equal((2L, 1L), (agenda.State.TargetRevision.Number, agenda.State.Held!.Policy.Revision.Number));

        // Not by being sent again, not by another revision of the same content, and not by waiting.
        agenda.Receive(bad);
        agenda.Receive(bad.At(new(5)));
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.DoesNotContain(agenda.Jobs.OfType<ApplyJob>().Skip(3), job => job.Target.Policy.Digest == bad.Digest);
        Assert.Equal(HostState.RolledBack, agenda.State.Standing.State);

        while (agenda.Running is not null)
            agenda.Succeed();
        agenda.Happens(at => new RetryRequested(at, new(5)));
        Assert.Equal(bad.Digest, Assert.IsType<ApplyJob>(agenda.Running).Target.Policy.Digest);
        Assert.Contains(new KeepRefusal(null), agenda.Effects);
    }

    [Fact]
    public void A_newer_policy_ends_a_refusal()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1, 1));
        agenda.Receive(Policies.Version(2, 2));
        agenda.Succeed();
        agenda.Pass(31 * Second);
        agenda.Succeed();
        agenda.Confirm(Policies.Version(3, 3));
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
        Assert.Null(agenda.State.Refusal);
    }

    [Fact]
    public void The_first_policy_of_a_host_is_undone_by_taking_the_table_away()
    {
        var agenda = new Agenda();
        agenda.Receive(Policies.Version(1));
        agenda.Succeed();
        agenda.Pass(31 * Second);
        Assert.IsType<RemoveJob>(agenda.Running);
        agenda.Succeed();
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.Equal(2, agenda.Jobs.Count());
        Assert.Equal(HostState.RolledBack, agenda.State.Standing.State);
    }

    [Fact]
    public void What_was_said_before_a_policy_came_into_force_does_not_confirm_it()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1, 1));
        agenda.Receive(Policies.Version(2, 2));
        agenda.Hear();
        agenda.Succeed();
        Assert.NotNull(agenda.State.Confirmation);
        agenda.Pass(Second);
        agenda.Hear();
        Assert.Null(agenda.State.Confirmation);
        Assert.Contains(new KeepConfirmed(Policies.Version(2, 2)), agenda.Effects);
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.Equal(2, agenda.State.Held!.Policy.Revision.Number);
    }

    [Fact]
    public void Without_confirmation_nothing_is_undone()
    {
        var agenda = new Agenda(new() { ConfirmWithin = null });
        agenda.Receive(Policies.Version(1, 1));
        Assert.False(Assert.IsType<ApplyJob>(agenda.Running).Unconfirmed);
        agenda.Succeed();
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.DoesNotContain(agenda.Jobs, job => job is RemoveJob);
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
    }

    [Fact]
    public void A_restart_while_a_policy_waits_for_its_confirmation_does_not_confirm_it()
    {
        var agenda = new Agenda();
        agenda.Happens(at => new CacheLoaded(at, Policies.Enforcement(2, 2), Policies.Version(1, 1)));
        Assert.True(Assert.IsType<ApplyJob>(agenda.Running).Unconfirmed);
        agenda.Succeed();
        agenda.Pass(31 * Second);
        Assert.Equal(Policies.Version(1, 1), Assert.IsType<ApplyJob>(agenda.Running).Target.Policy);
    }

    [Fact]
    public void A_policy_that_this_host_cannot_enforce_leaves_the_one_before()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1, 1));
        agenda.Receive(Policies.Version(2, 2));
        agenda.Fail(permanent: true);
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.Equal((HostState.Failed, "the kernel said no"), agenda.State.Standing);
        Assert.Equal(1, agenda.State.Held!.Policy.Revision.Number);
        Assert.Equal(2, agenda.Jobs.OfType<ApplyJob>().Count());
    }

    [Fact]
    public void A_refusal_of_the_kernel_is_tried_again_later()
    {
        var agenda = new Agenda();
        agenda.Receive(Policies.Version(1));
        agenda.Fail(permanent: false);
        Assert.Equal(HostState.Failed, agenda.State.Standing.State);
        Assert.Null(agenda.Running);
        agenda.Pass(31 * Second);
        agenda.Succeed();
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
    }

    [Fact]
    public void A_foreign_change_is_repaired_at_once_with_its_culprit()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        agenda.Happens(at => new ForeignChange(at, new(42, "nft")));
        var job = Assert.IsType<CheckJob>(agenda.Running);
        Assert.Equal((new Culprit(42, "nft"), agenda.Now), (job.Culprit, job.NoticedAt));
        agenda.Succeed(Agenda.Drift());
        Assert.Equal([Agenda.Drift()], agenda.State.Drift);
        Assert.Equal(1, agenda.State.Repairs);
    }

    [Fact]
    public void More_than_ten_repairs_a_minute_become_one_a_second_and_are_said_loudly()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        var repairs = new List<TimeSpan>();
        for (var i = 0; i < 500; i++)
        {
            agenda.Happens(at => new ForeignChange(at, new(42, "loop")));
            agenda.Pass(TimeSpan.FromMilliseconds(20));
            if (agenda.Running is not CheckJob)
                continue;
            repairs.Add(agenda.Now);
            agenda.Succeed(Agenda.Drift());
        }

        Assert.True(repairs[9] < TimeSpan.FromMilliseconds(400), $"the tenth repair came at {repairs[9]}");
        Assert.All(repairs.Skip(10).Zip(repairs.Skip(11)), pair => Assert.True(pair.Second - pair.First >= Second, $"{pair.First} {pair.Second}"));
        Assert.InRange(repairs.Count, 18, 21);
        Assert.Single(agenda.Effects.OfType<Announce>(), say => say.Gravity == Gravity.Error);
        Assert.Contains("slowed down", agenda.State.Standing.Reason, StringComparison.Ordinal);

        agenda.Pass(TimeSpan.FromMinutes(2));
        agenda.Succeed();
        Assert.False(agenda.State.Storm);
        agenda.Happens(at => new ForeignChange(at, new(42, "loop")));
        Assert.IsType<CheckJob>(agenda.Running);
    }

    [Fact]
    public void Only_what_is_new_to_the_host_is_looked_at_before_it_comes_into_force_unless_an_operator_insists()
    {
        var agenda = new Agenda();
        agenda.Receive(Policies.Version(1));
        Assert.False(Assert.IsType<ApplyJob>(agenda.Running).Forced);
        agenda.Succeed();
        agenda.Pass(TimeSpan.FromMilliseconds(1));
        agenda.Hear();
        agenda.Receive(Policies.Version(2, 81));
        Assert.False(Assert.IsType<ApplyJob>(agenda.Running).Forced);
        agenda.Fail(permanent: true);
        Assert.Equal((HostState.Failed, 1L), (agenda.State.Standing.State, agenda.State.Held!.Policy.Revision.Number));
        agenda.Happens(at => new RetryRequested(at, new(2)));
        Assert.True(Assert.IsType<ApplyJob>(agenda.Running).Forced);
        agenda.Succeed();

        // Nobody hears of the control plane again: the way back is free.
        agenda.Pass(TimeSpan.FromSeconds(31));
        var back = Assert.IsType<ApplyJob>(agenda.Running);
        Assert.Equal((1L, true), (back.Target.Policy.Revision.Number, back.Forced));
    }

    [Fact]
    public void Changes_that_come_to_nothing_are_not_compared_one_by_one_either()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        var comparisons = 0;
        for (var i = 0; i < 500; i++)
        {
            agenda.Happens(at => new ForeignChange(at, new(42, "loop")));
            agenda.Pass(TimeSpan.FromMilliseconds(20));
            if (agenda.Running is not CheckJob)
                continue;
            comparisons++;
            agenda.Succeed();
        }

        Assert.InRange(comparisons, 18, 21);
        Assert.True(agenda.State.Paced);
        Assert.False(agenda.State.Storm);
        Assert.Empty(agenda.State.Standing.Reason);
        agenda.Pass(TimeSpan.FromMinutes(2));
        agenda.Succeed();
        Assert.False(agenda.State.Paced);
    }

    [Fact]
    public void Repairs_of_a_large_table_rest_longer_so_that_they_take_no_more_than_a_twentieth_of_a_processor()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        var repairs = new List<TimeSpan>();
        for (var i = 0; i < 5000; i++)
        {
            agenda.Happens(at => new ForeignChange(at, new(42, "loop")));
            agenda.Pass(TimeSpan.FromMilliseconds(20));
            if (agenda.Running is not CheckJob)
                continue;
            repairs.Add(agenda.Now);
            agenda.Happens(at => new Checked(at, Agenda.AnyProof) { Drift = Agenda.Drift(), Took = TimeSpan.FromMilliseconds(200) });
        }

        Assert.All(repairs.Skip(10).Zip(repairs.Skip(11)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(8), $"{pair.First} {pair.Second}"));
        Assert.InRange(repairs.Count, 18, 26);
    }

    [Fact]
    public void The_kernel_is_compared_once_a_minute_whatever_happens()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        for (var minute = 0; minute < 5; minute++)
        {
            agenda.Pass(TimeSpan.FromSeconds(60));
            Assert.IsType<CheckJob>(agenda.Running);
            agenda.Succeed();
        }
    }

    [Fact]
    public void A_purged_host_is_left_alone()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        agenda.Happens(at => new ForeignChange(at, new(42, "edgeagent")));
        agenda.Happens(at => new Detached(at, "purged"));
        var jobs = agenda.Jobs.Count();
        agenda.Receive(Policies.Version(2, 2));
        agenda.Happens(at => new ForeignChange(at, new(42, "nft")));
        agenda.Happens(at => new VerifyRequested(at));
        agenda.Pass(TimeSpan.FromHours(1));
        Assert.Equal(jobs, agenda.Jobs.Count());
        Assert.StartsWith("purged", agenda.State.Standing.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_failsafes_are_applied_without_a_new_confirmation()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        agenda.Happens(at => new FailsafesChanged(at, Failsafe.Defaults, false));
        var job = Assert.IsType<ApplyJob>(agenda.Running);
        Assert.False(job.Unconfirmed);
        Assert.Equal(Failsafe.Defaults, job.Target.Failsafes);
    }

    [Fact]
    public void The_status_is_reported_on_change_and_every_half_minute()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        agenda.Effects.Clear();
        agenda.Pass(TimeSpan.FromSeconds(59));
        Assert.InRange(agenda.Effects.OfType<Report>().Count(), 1, 2);
        agenda.Effects.Clear();
        agenda.Happens(at => new Disconnected(at, "gone"));
        Assert.Single(agenda.Effects.OfType<Report>());
    }
}
