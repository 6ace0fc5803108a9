using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>For how long a wave waits for whom.</summary>
public sealed class ReleasedHostsTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly ManualTime _time = new();
    private readonly StatusBoard _board;
    private readonly ReleasedHosts _hosts;
    private readonly FleetState _state;

    public ReleasedHostsTests()
    {
        _board = new([], _time, _ => { });
        _hosts = new(_board, _time);
        var before = ChangePlan.Make(FleetState.Empty, Change(8080)).After;
        var terms = new RolloutTerms(WaveOrder.TryRead("100%", out _)!, TimeSpan.Zero, Gate.Parse(Gate.Default), "ada", "", _patience);
        _state = RolloutSteps.Begin(before, ChangePlan.Make(before, Change(9090)), terms, _time.GetUtcNow()).After;
    }

    [Fact]
    public void A_host_that_is_connected_is_pending_then_late_and_good_as_soon_as_it_holds_the_change()
    {
        Connect();
        Assert.Equal((1, 0, 1), Measured());
        _time.Pass(_patience - TimeSpan.FromSeconds(1));
        Assert.Equal((1, 0, 1), Measured());
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 1, 0), Measured());
        _time.Pass(TimeSpan.FromDays(1));
        Assert.Equal((0, 1, 0), Measured());
        Report(HostState.Realized);
        Assert.Equal(1, _hosts.Measure(_state).Realized);
        Assert.Equal((0, 0, 0), Measured());
    }

    [Fact]
    public void A_host_that_is_away_is_waited_for_while_it_may_be_starting_anew_and_not_if_it_never_was_here()
    {
        Assert.Equal((0, 0, 0), Measured());
        Connect();
        _board.Disconnected(Host, "rebooted");
        Assert.Equal((0, 0, 1), Measured());
        _time.Pass(_patience);
        var measures = _hosts.Measure(_state);
        Assert.Equal((1, 0), (measures.Disconnected, measures.WaitedFor));
        Assert.Equal("Disconnected, not waited for: rebooted", measures.Problems.Single().What);
    }

    [Fact]
    public void A_host_that_was_away_for_long_when_the_rollout_began_is_not_waited_for()
    {
        Connect();
        _board.Disconnected(Host, "rebooted");
        _time.Pass(_patience);
        Assert.Equal((0, 0, 0), Measured());
    }

    [Fact]
    public void A_host_that_comes_back_has_as_long_again_and_one_that_comes_and_goes_holds_nothing_for_ever()
    {
        Connect();
        _board.Disconnected(Host, "rebooted");
        Assert.Equal((0, 0, 1), Measured());
        _time.Pass(_patience - TimeSpan.FromSeconds(1));
        Connect();
        Assert.Equal((1, 0, 1), Measured());
        _time.Pass(_patience - TimeSpan.FromSeconds(1));
        _board.Disconnected(Host, "rebooted");
        Assert.Equal((0, 0, 1), Measured());
        _time.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((0, 0, 0), Measured());
        Connect();
        Assert.Equal((0, 1, 0), Measured());
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public void A_clock_that_jumps_makes_no_host_late_and_holds_none_longer(int years)
    {
        Connect();
        Assert.Equal((1, 0, 1), Measured());
        _time.Wall += TimeSpan.FromDays(365 * years);
        Assert.Equal((1, 0, 1), Measured());
        _board.Disconnected(Host, "rebooted");
        Assert.Equal((0, 0, 1), Measured());
        _time.Wall -= TimeSpan.FromDays(365 * years);
        _time.Pass(_patience);
        Assert.Equal((0, 0, 0), Measured());
    }

    [Fact]
    public void While_a_rollout_is_paused_the_patience_does_not_run()
    {
        Connect();
        Assert.Equal((1, 0, 1), Measured());
        var paused = RolloutSteps.Pause(_state, true, "ada", "let me see").After;
        _time.Pass(_patience * 3);
        Assert.Equal(1, _hosts.Measure(paused).Pending);
        Assert.Equal((1, 0, 1), Measured());
        _time.Pass(_patience);
        Assert.Equal((0, 1, 0), Measured());
    }

    private static HostName Host => new("default", TestFleet.NameOf(0));

    private static ChangeRequest Change(int port)
    {
        var set = ManifestReader.Read([new ManifestFile("test.yaml", Encoding.UTF8.GetBytes(TestFleet.World(1, port)))]);
        return new(DocumentOrigin.Declared, set.Resources, set.Diagnostics, []);
    }

    private void Connect() => _board.Connected(Host, TestAgent.FactsOf(Host.Name, TestFleet.AddressOf(0)), []);

    private void Report(HostState state) => _board.Reported(new()
    {
        Namespace = Host.Namespace,
        Name = Host.Name,
        At = _time.GetUtcNow(),
        State = state,
        Target = _state.Revision,
        Realized = _state.Revision,
    });

    private (int Pending, int Late, int WaitedFor) Measured() => _hosts.Measure(_state) is var measures ? (measures.Pending, measures.Late, measures.WaitedFor) : default;

    private sealed class ManualTime : TimeProvider
    {
        private TimeSpan _steady = TimeSpan.FromHours(1);

        public DateTimeOffset Wall { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan span)
        {
            Wall += span;
            _steady += span;
        }

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _steady.Ticks;
    }
}
