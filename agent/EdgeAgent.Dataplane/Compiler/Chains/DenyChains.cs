using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The ends of denied flows: a chain for each denying policy logs in its name, then all go to the path's one last rule,
/// which is the only rule that differs between enforcing and auditing.
/// </summary>
internal sealed class DenyChains
{
    private readonly Dictionary<string, ChainVerdict> _byPolicy = new(StringComparer.Ordinal);
    private readonly RulesetBuilder _ruleset;
    private readonly Direction _direction;
    private readonly CompileOptions _options;
    private readonly string _last;

    public DenyChains(RulesetBuilder ruleset, TrafficPath path, EnforcementMode mode, ChainVerdict allowed, CompileOptions options)
    {
        (_ruleset, _direction, _options) = (ruleset, path.Direction(), options);
        _last = ruleset.ChainName($"{PathNames.Prefix(path)}-deny");
        var verdict = mode == EnforcementMode.Audit ? allowed : ChainVerdict.Drop;
        ruleset.AddChain(_last, [new([ruleset.Count(CounterNames.Denied(_direction)), new Decide(verdict)], mode == EnforcementMode.Audit ? "audit" : null)]);
    }

    /// <summary>Where flows go that a policy denies; no policy stands for several.</summary>
    public ChainVerdict For(string? policy)
    {
        if (!_byPolicy.TryGetValue(policy ?? "", out var verdict))
        {
            var chain = _ruleset.ChainName(policy is null ? $"{_last}_several" : $"{_last}.{policy}");
            _ruleset.AddChain(chain, [new([.. Log(Verdict.Deny, policy ?? "")]), new([new Decide(ChainVerdict.Goto(_last))])]);
            _byPolicy.Add(policy ?? "", verdict = ChainVerdict.Goto(chain));
        }

        return verdict;
    }

    /// <summary>The steps that log a packet, within the rate.</summary>
    public IEnumerable<Expression> Log(Verdict verdict, string policy) =>
    [
        new Limit(_options.LogPacketsPerSecond, _options.LogBurst),
        new LogToGroup(_options.LogGroup, new LogPrefix(_direction, verdict, policy).ToString(), _options.LogSnapLength, _options.LogQueueThreshold),
    ];
}
