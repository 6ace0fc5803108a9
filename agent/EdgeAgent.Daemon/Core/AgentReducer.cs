using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// The agent's rules as a pure function: what happened in, what is known and what to do out. It has no clock: every event carries its time.
/// </summary>
public static class AgentReducer
{
    /// <summary>The state of an agent that just started and has done nothing.</summary>
    public static AgentState Start(CoreSettings settings, EquatableArray<Failsafe> failsafes) => new()
    {
        Settings = settings,
        Failsafes = failsafes,
        NextVerify = settings.VerifyEvery,
        NextReport = TimeSpan.Zero,
    };

    /// <summary>The next state, and what to do in order.</summary>
    public static (AgentState State, ImmutableArray<AgentEffect> Effects) Reduce(AgentState state, AgentEvent happened)
    {
        var step = new Step(state);
        switch (happened)
        {
            case CacheLoaded e:
                step.Load(e);
                break;
            case ClosedUntilPolicy:
                step.CloseUntilPolicy();
                break;
            case CacheRefused e:
                step.LoseCache(e.KernelHolds);
                break;
            case RefusalLoaded e:
                step.State = step.State with { Refusal = e.Refusal };
                break;
            case Heard e:
                step.Hear(e.At);
                break;
            case PolicyReceived e:
                step.Hear(e.At);
                step.Receive(e.Policy);
                break;
            case PolicyNotBelieved e:
                step.Disbelieve(e.Reason);
                break;
            case RetryRequested e:
                step.Retry(e.Revision);
                break;
            case VerifyRequested e:
                step.State = step.State with { CheckDue = e.At };
                step.Report();
                break;
            case PurgeSeen e:
                step.State = step.State with { CheckDue = e.At };
                break;
            case FailsafesChanged e:
                step.State = step.State with { Failsafes = e.Failsafes, FailsafesGiven = e.Given, ApplyNotBefore = TimeSpan.Zero };
                break;
            case NamesResolved e:
                step.State = step.State with { Names = e.Names, NameServers = e.NameServers };
                step.Report();
                break;
            case ReportIntervalSet e:
                step.State = step.State with { Settings = step.State.Settings with { ReportEvery = Bounded(e.Interval) } };
                break;
            case Connected:
                step.State = step.State with { IsConnected = true, ConnectionProblem = null };
                step.Report();
                break;
            case Disconnected e:
                step.State = step.State with { IsConnected = false, ConnectionProblem = e.Reason };
                step.Report();
                break;
            case ForeignChange e:
                step.State = Drifting.Suspect(step.State, e);
                break;
            case JobOutcome e:
                step.Finish(e);
                break;
            case Tick:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "no such event");
        }

        step.UndoIfUnheard(happened.At);
        step.AskForNames();
        step.Dispatch(happened.At);
        step.ReportIfDue(happened.At);
        return (step.State, [.. step.Effects]);
    }

    private static TimeSpan Bounded(TimeSpan interval) =>
        interval < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : interval > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : interval;
}
