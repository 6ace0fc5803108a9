using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>The core where policies grant by name.</summary>
public sealed class AgentReducerNames
{
    private const string Name = "db.example.com";
    private static readonly EquatableArray<IpAddress> Servers = [IpAddress.Parse("10.0.0.53")];
    private static readonly PolicyVersion ByName = PolicyVersion.Of(Policies.OutboundByName(2, 80, Name));

    [Fact]
    public void A_policy_waits_for_the_first_answer_about_its_names_but_not_for_ever()
    {
        var agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        agenda.Receive(ByName);
        Assert.Equal([Name], Assert.Single(agenda.Effects.OfType<AskNames>()).Names);
        Assert.Null(agenda.Running);
        agenda.Happens(at => new NamesResolved(at, Policies.Resolved(Name, "10.0.0.1"), Servers));
        Assert.Equal("[10.0.0.1]", Assert.IsType<ApplyJob>(agenda.Running).Target.Names.Of(Name).ToString());

        agenda = new Agenda();
        agenda.Confirm(Policies.Version(1));
        agenda.Receive(ByName);
        agenda.Pass(TimeSpan.FromSeconds(2.9));
        Assert.Null(agenda.Running);
        agenda.Pass(TimeSpan.FromSeconds(0.2));
        Assert.Empty(Assert.IsType<ApplyJob>(agenda.Running).Target.Names.Names);
    }

    [Fact]
    public void The_policy_from_disk_waits_for_nobody_and_has_the_addresses_from_disk()
    {
        var agenda = new Agenda();
        agenda.Happens(at => new NamesResolved(at, Policies.Resolved(Name, "10.0.0.1"), Servers));
        agenda.Happens(at => new CacheLoaded(at, new(ByName, []), ByName));
        Assert.Equal("[10.0.0.1]", Assert.IsType<ApplyJob>(agenda.Running).Target.Names.Of(Name).ToString());
        agenda = new Agenda();
        agenda.Happens(at => new CacheLoaded(at, new(ByName, []), ByName));
        Assert.IsType<ApplyJob>(agenda.Running);
    }

    [Fact]
    public void Other_addresses_are_a_small_job_that_no_confirmation_is_awaited_for_and_the_host_stays_realized()
    {
        var agenda = new Agenda();
        agenda.Happens(at => new NamesResolved(at, Policies.Resolved(Name, "10.0.0.1"), Servers));
        agenda.Confirm(ByName);
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
        agenda.Happens(at => new NamesResolved(at, Policies.Resolved(Name, "10.0.0.2"), Servers));
        var job = Assert.IsType<ApplyJob>(agenda.Running);
        Assert.True(job is { NamesOnly: true, Unconfirmed: false, Forced: true });
        Assert.Equal(HostState.Realized, agenda.State.Standing.State);
        agenda.Succeed();
        Assert.Null(agenda.State.Confirmation);
        Assert.Equal("[10.0.0.2]", agenda.State.Held!.Names.Of(Name).ToString());
        var jobs = agenda.Jobs.Count();
        agenda.Happens(at => new NamesResolved(at, ResolvedNames.Of([KeyValuePair.Create(Name, new[] { IpAddress.Parse("10.0.0.2") }.AsEnumerable()), KeyValuePair.Create("other.example.com", new[] { IpAddress.Parse("10.0.0.9") }.AsEnumerable())]), Servers));
        Assert.Equal(jobs, agenda.Jobs.Count());
    }

    [Fact]
    public void Names_of_the_policy_to_go_back_to_stay_resolved_until_there_is_none()
    {
        var agenda = new Agenda();
        agenda.Happens(at => new NamesResolved(at, Policies.Resolved(Name, "10.0.0.1"), Servers));
        agenda.Confirm(ByName);
        agenda.Receive(Policies.Version(3));
        agenda.Succeed();
        Assert.Equal([Name], agenda.State.NamesAsked);
        agenda.Pass(TimeSpan.FromMilliseconds(1));
        agenda.Hear();
        Assert.Empty(agenda.State.NamesAsked);
        Assert.Empty(agenda.Effects.OfType<AskNames>().Last().Names);
    }

    [Fact]
    public void The_way_to_name_servers_is_open_as_long_as_a_policy_grants_by_name()
    {
        var agenda = new Agenda();
        agenda.Happens(at => new NamesResolved(at, Policies.Resolved(Name, "10.0.0.1"), Servers));
        agenda.Confirm(Policies.Version(1));
        Assert.Empty(agenda.State.Held!.Failsafes);
        agenda.Confirm(ByName);
        Assert.Equal(2, agenda.State.Held!.Failsafes.Count(failsafe => failsafe.Name == "name-servers"));
        agenda.Confirm(PolicyVersion.Of(ByName.Policy with { Mode = EnforcementMode.Quarantine, Revision = new(3) }));
        Assert.Empty(agenda.State.Held!.Failsafes);
    }
}
