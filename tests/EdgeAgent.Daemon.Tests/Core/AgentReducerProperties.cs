using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Rules that hold whatever happens in whatever order.</summary>
public sealed class AgentReducerProperties
{
    private const int Worlds = 400;
    private const int Steps = 250;

    [Fact]
    public void The_rules_hold_in_random_worlds()
    {
        for (var seed = 1; seed <= Worlds; seed++)
            new World(seed).Run();
    }

    private sealed class World
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly Agenda _agenda;
        private readonly bool _confirms;
        private long _revision;
        private bool _policySeen;
        private bool _detached;
        private int _jobsSeen;
        private Digest _refused;

        internal World(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            _confirms = _random.Next(4) > 0;
            _agenda = new(new() { ConfirmWithin = _confirms ? TimeSpan.FromSeconds(5) : null });
        }

        internal void Run()
        {
            for (var step = 0; step < Steps; step++)
            {
                Step();
                CheckRules(step);
            }

            if (!_detached)
                ConvergesWhenAllIsWell();
        }

        private void Step()
        {
            switch (_random.Next(12))
            {
                case 0 or 1:
                    _policySeen = true;
                    _agenda.Receive(NextPolicy());
                    break;
                case 2:
                    _agenda.Hear();
                    break;
                case 3:
                    _agenda.Happens(at => new ForeignChange(at, new(_random.Next(2), "x")));
                    break;
                case 4 when _agenda.State.Target is { } target:
                    _refused = default;
                    _agenda.Happens(at => new RetryRequested(at, target.Revision));
                    break;
                case 5 when _random.Next(60) == 0 && _agenda.Running is not null:
                    _detached = true;
                    _agenda.Happens(at => new Detached(at, "purged"));
                    break;
                case 6:
                    _agenda.Happens(at => _random.Next(2) == 0 ? new Connected(at) : new Disconnected(at, "x"));
                    break;
                case 7 when _random.Next(4) == 0:
                    _agenda.Happens(at => new FailsafesChanged(at, _random.Next(2) == 0 ? [] : Failsafe.Defaults, false));
                    break;
                case 8:
                    _agenda.Pass(TimeSpan.FromMilliseconds(_random.Next(20_000)));
                    break;
                default:
                    if (_agenda.Running is not null)
                        EndJob();
                    else
                        _agenda.Pass(TimeSpan.FromMilliseconds(_random.Next(500)));
                    break;
            }
        }

        private void EndJob()
        {
            if (_random.Next(8) == 0)
            {
                _agenda.Fail(permanent: _random.Next(2) == 0 && _agenda.Running is ApplyJob);
                return;
            }

            var drift = _agenda.Running is CheckJob && _random.Next(2) == 0;
            _agenda.Succeed(drift ? Agenda.Drift() : null);
        }

        private PolicyVersion NextPolicy() => Policies.Version(++_revision, _random.Next(4));

        private void CheckRules(int step)
        {
            var state = _agenda.State;
            var began = _agenda.Jobs.Skip(_jobsSeen).ToList();
            _jobsSeen += began.Count;
            True(_policySeen || _jobsSeen == 0, step, "rule 1: a job before any policy");
            True(!_detached || began.Count == 0, step, "a job on a purged host");
            True(began.Count <= 1, step, "several jobs began in one step without one ending");
            True(_confirms || state.Confirmation is null, step, "a confirmation although it is switched off");
            True(_confirms || !_agenda.Jobs.Any(job => job is RemoveJob), step, "a rollback although it is switched off");
            foreach (var apply in began.OfType<ApplyJob>())
            {
                True(apply.Target.Policy.Digest != _refused || _refused.IsNone || apply.Target.Policy == state.Confirmed, step, "a refused policy was applied, not to go back to it");
                True(apply.Unconfirmed == (_confirms && apply.Target.Policy.Digest != state.Confirmed?.Digest), step, "the wrong need of a confirmation");
            }

            _refused = state.Refusal?.Digest ?? default;
            if (state.Refusal is { Kind: RefusalKind.RolledBack } && state.Running is null && !state.ApplyPending && !state.RemovalWanted && !_detached)
                True(state.Held?.Policy.Digest == state.Confirmed?.Digest, step, "after a rollback something else than the confirmed policy is held");
            True(_detached || state.Held is null || state.NextWake <= _agenda.Now + TimeSpan.FromSeconds(60), step, "the core sleeps for more than a minute");
        }

        private void ConvergesWhenAllIsWell()
        {
            var last = _random.Next(2) == 0 ? NextPolicy() : Policies.Version(++_revision, 99);
            _agenda.Receive(last);
            _agenda.Happens(at => new RetryRequested(at, last.Revision));
            for (var i = 0; i < 200 && (_agenda.State.Held?.Policy != last || _agenda.State.Confirmation is not null || _agenda.Running is not null); i++)
            {
                if (_agenda.Running is not null)
                    _agenda.Succeed();
                _agenda.Pass(TimeSpan.FromMilliseconds(100));
                _agenda.Hear();
            }

            True(_agenda.State.Held?.Policy == last, Steps, $"the newest policy is not held: {_agenda.State.Held?.Policy}, wanted {last}");
            True(_agenda.State.Standing.State == HostState.Realized, Steps, $"not realized: {_agenda.State.Standing}");
        }

        private void True(bool holds, int step, string rule) => Assert.True(holds, $"seed {_seed}, step {step}: {rule}; state {_agenda.State.Standing}, running {_agenda.Running}");
    }
}
