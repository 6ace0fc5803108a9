using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Drives the reducer as the rim does, with a clock and a kernel that tests command.</summary>
internal sealed class Agenda
{
    internal static readonly KernelProof AnyProof = new(Digest.Of("proof"), 1, 1, 1);

    internal Agenda(CoreSettings? settings = null, EquatableArray<Failsafe>? failsafes = null) =>
        State = AgentReducer.Start(settings ?? new(), failsafes ?? []);

    internal AgentState State { get; private set; }

    internal TimeSpan Now { get; private set; }

    /// <summary>All effects so far.</summary>
    internal List<AgentEffect> Effects { get; } = [];

    internal KernelJob? Running => State.Running;

    /// <summary>The jobs begun so far.</summary>
    internal IEnumerable<KernelJob> Jobs => Effects.OfType<StartJob>().Select(start => start.Job);

    internal void Happens(Func<TimeSpan, AgentEvent> happened)
    {
        var (state, effects) = AgentReducer.Reduce(State, happened(Now));
        State = state;
        Effects.AddRange(effects);
    }

    /// <summary>The control plane sends a policy, which is also something heard.</summary>
    internal void Receive(PolicyVersion policy) => Happens(at => new PolicyReceived(at, policy));

    internal void Hear() => Happens(at => new Heard(at));

    internal void Succeed(DriftEvent? drift = null) => Happens(at => Running switch
    {
        ApplyJob => new Applied(at, AnyProof, default, null) { Drift = drift },
        CheckJob => new Checked(at, AnyProof) { Drift = drift },
        RemoveJob => new Removed(at) { Drift = drift },
        _ => throw new InvalidOperationException("no job runs"),
    });

    internal void Fail(bool permanent) => Happens(at => new JobFailed(at, "the kernel said no", permanent));

    /// <summary>Receives a policy, applies it and hears the control plane after it.</summary>
    internal void Confirm(PolicyVersion policy)
    {
        Receive(policy);
        Succeed();
        Pass(TimeSpan.FromMilliseconds(1));
        Hear();
    }

    /// <summary>Lets time pass, waking the core when it wants to be woken. Jobs do not end by themselves.</summary>
    internal void Pass(TimeSpan span)
    {
        var until = Now + span;
        while (State.NextWake is var wake && wake <= until)
        {
            Now = wake > Now ? wake : Now;
            var before = State;
            Happens(at => new Tick(at));
            Assert.True(State.NextWake > Now || !ReferenceEquals(State, before), $"a tick at {Now} changed nothing, and the core wants another at once");
        }

        Now = until;
    }

    internal static DriftEvent Drift() => new(DateTimeOffset.UnixEpoch, 42, "nft", "table deleted", TimeSpan.FromMilliseconds(5));
}
