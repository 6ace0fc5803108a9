using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>One packet on its way through chains.</summary>
/// <param name="ruleset">What it finds.</param>
/// <param name="packet">The packet.</param>
/// <param name="next">What comes into force while it is on its way; null for nothing.</param>
/// <param name="lookups">How many times it looks into a set before that.</param>
internal sealed class PacketRun(Ruleset ruleset, KernelPacket packet, Ruleset? next = null, int lookups = 0)
{
    private const int MaxSteps = 1_000_000;

    private int _steps;

    /// <summary>How many times it has looked into a set.</summary>
    public int Lookups { get; private set; }

    public List<string> Counters { get; } = [];

    public List<string> LogPrefixes { get; } = [];

    /// <summary>Whether the packet passes a base chain.</summary>
    public bool Passes(Chain chain)
    {
        var returns = new Stack<(Chain Chain, int Next)>();
        var (dropsRest, next) = (chain.Hook is { DropsRest: true }, 0);
        while (true)
        {
            if (++_steps > MaxSteps)
                throw new InvalidRulesetException($"the packet does not come to an end in chain {chain.Name}");
            if (next == chain.Rules.Count)
            {
                if (!returns.TryPop(out var back))
                    return !dropsRest;
                (chain, next) = back;
                continue;
            }

            var verdict = Run(chain.Rules[next++]);
            switch (verdict?.Code)
            {
                case null or VerdictCode.Continue:
                    break;
                case VerdictCode.Accept:
                    return true;
                case VerdictCode.Drop:
                    return false;
                case VerdictCode.Return:
                    next = chain.Rules.Count;
                    break;
                case VerdictCode.Jump:
                    if (returns.Count == 16)
                        throw new InvalidRulesetException($"more than 16 jumps at chain {chain.Name}");
                    returns.Push((chain, next));
                    (chain, next) = (Target(verdict), 0);
                    break;
                default:
                    (chain, next) = (Target(verdict), 0);
                    break;
            }
        }
    }

    private ChainVerdict? Run(ChainRule rule)
    {
        var registers = new Registers();
        foreach (var step in rule.Expressions)
        {
            switch (step)
            {
                case LoadMeta load:
                    registers.Store(load.Into, PacketFields.Meta(packet, load.Key));
                    break;
                case LoadConntrack { Key: ConntrackKey.State } load:
                    registers.Store(load.Into, BitConverter.GetBytes((uint)packet.State));
                    break;
                case LoadConntrack { Key: ConntrackKey.Mark } load:
                    registers.Store(load.Into, BitConverter.GetBytes(packet.ConnectionMark));
                    break;
                case LoadPayload load:
                    if (PacketFields.Payload(packet, load) is not { } bytes)
                        return null;
                    registers.Store(load.Into, bytes);
                    break;
                case Bitwise bits:
                    var source = registers.Load(bits.Source, bits.Mask.Count);
                    registers.Store(bits.Into, [.. source.Select((b, i) => (byte)((b & bits.Mask[i]) ^ bits.Xor[i]))]);
                    break;
                case Compare compare:
                    if (!Holds(registers.Load(compare.Source, compare.Value.Count).AsSpan().SequenceCompareTo(compare.Value.AsSpan()), compare.Operator))
                        return null;
                    break;
                case LookupSet lookup:
                    if (Find(lookup.Set, SetKind.Set, registers, lookup.Key).IsFound == lookup.Inverted)
                        return null;
                    break;
                case LookupVerdict lookup:
                    return ((VerdictValue?)Find(lookup.Map, SetKind.VerdictMap, registers, lookup.Key).Value)?.Verdict;
                case CountByMap count:
                    if (Find(count.Map, SetKind.CounterMap, registers, count.Key) is not { IsFound: true, Value: CounterValue counter })
                        return null;
                    Counters.Add(counter.Counter);
                    break;
                case Count count:
                    Counters.Add(ruleset.Counters.Contains(count.Counter) ? count.Counter : throw new InvalidRulesetException($"counter {count.Counter} is not there"));
                    break;
                case Limit:
                    break;
                case LogToGroup log:
                    LogPrefixes.Add(log.Prefix);
                    break;
                case Decide decide:
                    return decide.Verdict;
                case Reject:
                    return ChainVerdict.Drop;
                default:
                    throw new InvalidRulesetException($"unknown step {step}");
            }
        }

        return null;
    }

    private (bool IsFound, ElementValue? Value) Find(string set, SetKind kind, Registers registers, Register key)
    {
        // A lookup finds what is in force at that moment, whatever rules lead to it; a set that goes is left as it was.
        var sets = next is not null && Lookups++ >= lookups && next.Sets.ContainsKey(set) ? next.Sets : ruleset.Sets;
        if (!sets.TryGetValue(set, out var found) || found.Schema.Kind != kind)
            throw new InvalidRulesetException($"there is no {kind} {set}");
        var index = found.Elements.IndexOf(registers.Load(key, found.Schema.KeyLength));
        return index < 0 ? (false, null) : (true, found.Elements.Value(index));
    }

    private Chain Target(ChainVerdict verdict)
    {
        if (ruleset.Chains.TryGetValue(verdict.Chain ?? "", out var chain) && chain.Hook is null)
            return chain;

        // Of a chain that comes into force meanwhile, a packet with the rules of before finds no rule.
        return next is not null && next.Chains.ContainsKey(verdict.Chain ?? "") ? new Chain(verdict.Chain!, null, []) : throw new InvalidRulesetException($"there is no chain {verdict.Chain} to go to");
    }

    private static bool Holds(int order, CompareOperator comparison) => comparison switch
    {
        CompareOperator.Equal => order == 0,
        CompareOperator.NotEqual => order != 0,
        CompareOperator.Less => order < 0,
        CompareOperator.LessOrEqual => order <= 0,
        CompareOperator.Greater => order > 0,
        _ => order >= 0,
    };
}
