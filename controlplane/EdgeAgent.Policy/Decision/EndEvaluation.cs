using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Reads the policies of one host in order for one flow, as they were written rather than as they were compiled.</summary>
internal sealed class EndEvaluation(World world, bool explain)
{
    private readonly FlowMatching _matching = new(world);
    private readonly ImmutableArray<PolicyStep>.Builder _steps = ImmutableArray.CreateBuilder<PolicyStep>();
    private readonly List<(PolicyReference Rule, PolicyRule Source)> _doubts = [];

    /// <summary>The host's half of a flow.</summary>
    public EndDecision Decide(Endpoint host, Flow flow, Direction direction)
    {
        EndDecision? decision = null;
        foreach (var tier in world.Policies.GroupBy(node => node.Tier.Key.Name))
        {
            var passed = false;
            PolicyNode? isolating = null;
            foreach (var node in tier)
            {
                var side = node.Resource.Side(direction);
                if (side is null || !FlowMatching.Selects(side, host, flow.Self(direction)))
                    Step(node, PolicyOutcome.NotSelected);
                else if (node.Resource.Mode == PolicyMode.Audit)
                    Step(node, PolicyOutcome.Audited);
                else if (passed || decision is not null)
                    Step(node, PolicyOutcome.NotReached);
                else
                {
                    isolating ??= side.Isolates ? node : null;
                    (decision, passed) = Read(node, side, flow, direction);
                }
            }

            if (!passed && isolating is { Tier.DefaultAction: BlockEnd.Deny } closed)
                decision ??= new(false, DecisionReason.Isolation, closed.Resource.Reference(""), closed.Resource.Source);
            if (decision is not null && !explain)
                break;
        }

        decision ??= host.Resource.Undecided == UndecidedTraffic.Allow
            ? new(true, DecisionReason.Undecided, null, host.Resource.Source)
            : new(false, DecisionReason.Undecided, TierBlocks.Undecided, host.Resource.Source);
        return decision with
        {
            Steps = _steps.ToImmutable(),
            Addresses = flow.Addresses(direction),
            Note = Note(decision.Allowed, flow.PeerName(direction)),
        };
    }

    /// <summary>The rule before the decision that would have turned it, if names were known.</summary>
    private string Note(bool allowed, string? name)
    {
        var turning = _doubts.Find(doubt => doubt.Source.Verdict == Verdict.Pass || doubt.Source.Verdict == Verdict.Allow != allowed);
        if (turning.Source is null)
            return "";
        var rule = $"{turning.Rule.Kind} {turning.Rule.Policy} {turning.Rule.Rule}";
        return name is not null
            ? $"known to the host alone: what addresses {name} has; {rule} decides where it has one that the rule means"
            : $"known to the host alone: whether {string.Join(", ", turning.Source.Peers!.Value.Items.SelectMany(peer => peer.Names.Items).Distinct())} has this address; {rule} decides where it has";
    }

    /// <summary>Reads the rules of a policy until one decides or passes.</summary>
    private (EndDecision? Decision, bool Passed) Read(PolicyNode node, PolicySide side, Flow flow, Direction direction)
    {
        var read = ImmutableArray.CreateBuilder<RuleStep>();
        foreach (var rule in side.Rules)
        {
            var mismatch = _matching.Mismatch(rule, flow, direction);
            var reference = node.Resource.Reference(rule.Label);
            read.Add(new(reference, rule.Source, rule.Verdict, mismatch));
            if (mismatch is not null && rule.Verdict != Verdict.Log && _matching.MightMatch(rule, flow, direction))
                _doubts.Add((reference, rule));
            if (mismatch is not null || rule.Verdict == Verdict.Log)
                continue;
            var passed = rule.Verdict == Verdict.Pass;
            Step(node, passed ? PolicyOutcome.Passed : PolicyOutcome.Decided, read);
            return passed ? (null, true) : (new(rule.Verdict == Verdict.Allow, DecisionReason.Rule, reference, rule.Source), false);
        }

        Step(node, PolicyOutcome.NoRuleMatched, read);
        return (null, false);
    }

    private void Step(PolicyNode node, PolicyOutcome outcome, ImmutableArray<RuleStep>.Builder? rules = null)
    {
        if (explain)
            _steps.Add(new(node.Resource.Reference(""), node.Resource.Source, node.Tier.Key.Name, outcome, rules?.ToImmutable() ?? []));
    }
}
