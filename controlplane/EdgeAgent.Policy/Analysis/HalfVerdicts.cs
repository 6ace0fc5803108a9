using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// What one end's half of the flows between two places allows, read from the policies as they are written. Ends that have the same
/// policies share what is computed for them, and so do other ends that these policies do not tell apart.
/// </summary>
internal sealed class HalfVerdicts
{
    private readonly Dictionary<(int Place, Direction Direction), PolicyRun?> _runs = [];
    private readonly Dictionary<PolicyRun, PolicyRun> _distinct = [];
    private readonly Dictionary<TrafficSet, TrafficSet> _sets = [];
    private readonly RuleTraffic _traffic = new();

    /// <summary>The traffic that the own end's half allows; all of it where no agent is. Equal answers are one instance.</summary>
    public TrafficSet Of(Place own, Direction direction, Place peer) => Read(own, direction, peer).Allowed;

    /// <summary>What came of reading the own end's policies for flows with another end.</summary>
    public HalfVerdict Read(Place own, Direction direction, Place peer)
    {
        var run = RunOf(own, direction);
        return run is null ? HalfVerdict.NotEnforced : Of(run, own, peer);
    }

    /// <summary>The rules about the hosts of a place; null where no agent is.</summary>
    public PolicyRun? RunOf(Place own, Direction direction)
    {
        if (!_runs.TryGetValue((own.Number, direction), out var run))
            _runs[(own.Number, direction)] = run = own.Host is null ? null : Run(own, direction);
        return run;
    }

    /// <summary>The traffic that both halves allow.</summary>
    public TrafficSet Between(Place source, Place destination)
    {
        var (egress, ingress) = (Of(source, Direction.Outbound, destination), Of(destination, Direction.Inbound, source));
        return ReferenceEquals(ingress, TrafficSet.All) ? egress : Shared(egress.Intersect(ingress));
    }

    private PolicyRun Run(Place own, Direction direction)
    {
        var run = PolicyRun.Of(own, direction);
        if (!_distinct.TryGetValue(run, out var known))
            _distinct[run] = known = run;
        return known;
    }

    private HalfVerdict Of(PolicyRun run, Place own, Place peer)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(run.ByPeer, peer.Number, out _);
        if (known is not null)
            return known;
        var view = run.ViewOf(peer);
        if (!run.ByView.TryGetValue(view, out var verdict))
            run.ByView[view] = verdict = Evaluate(run, own, peer);
        return known = verdict;
    }

    private TrafficSet Shared(TrafficSet set)
    {
        if (set.IsAll)
            return TrafficSet.All;
        if (!_sets.TryGetValue(set, out var known))
            _sets[set] = known = set;
        return known;
    }

    private HalfVerdict Evaluate(PolicyRun run, Place own, Place peer)
    {
        var (undecided, allowed) = (TrafficSet.All, TrafficSet.None);
        var (source, destination) = run.Direction == Direction.Outbound ? (own, peer) : (peer, own);
        var rules = ImmutableArray.CreateBuilder<ReachedRule>();
        foreach (var tier in run.Tiers)
        {
            var passed = TrafficSet.None;
            foreach (var step in tier.Steps)
            {
                if (!peer.IsPeer(step.Node, run.Direction, step.Index))
                    continue;
                var meant = _traffic.Of(step.Rule, source.Slot, destination.Slot);
                var reached = meant.Intersect(undecided);
                rules.Add(new(step, meant, reached));
                undecided = undecided.Except(reached);
                if (step.Rule.Verdict == Verdict.Allow)
                    allowed = allowed.Union(reached);
                else if (step.Rule.Verdict == Verdict.Pass)
                    passed = passed.Union(reached);
            }

            undecided = tier.Closes ? passed : passed.Union(undecided);
        }

        return new(Shared(run.Undecided == UndecidedTraffic.Allow ? allowed.Union(undecided) : allowed), rules.DrainToImmutable());
    }
}

/// <summary>What one end's policies say of flows with another end.</summary>
/// <param name="Allowed">What they allow.</param>
/// <param name="Rules">The rules that mean the other end, in order.</param>
internal sealed record HalfVerdict(TrafficSet Allowed, ImmutableArray<ReachedRule> Rules)
{
    public static HalfVerdict NotEnforced { get; } = new(TrafficSet.All, []);
}

/// <summary>A rule that means the other end of some flows.</summary>
/// <param name="Step">The rule.</param>
/// <param name="Meant">The traffic that it means.</param>
/// <param name="Reached">What of that nothing before it has decided.</param>
internal readonly record struct ReachedRule(RunStep Step, TrafficSet Meant, TrafficSet Reached);
