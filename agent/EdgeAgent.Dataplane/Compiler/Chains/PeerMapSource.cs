namespace EdgeAgent.Dataplane;

/// <summary>Which of a stage table's peers go into a map, and under which counters.</summary>
internal sealed class PeerMapSource(StageTable table, Func<Decision, bool> covers, Func<Decision, CounterValue> counter)
{
    private readonly Dictionary<Decision, CounterValue> _values = [];
    private Func<Decision, CounterValue>? _counter = counter;

    /// <summary>What the map holds for a class of peers; null for nothing.</summary>
    public ElementValue? ValueOf(int peerClass) => table.Listed.TryGetValue(peerClass, out var decision) && covers(decision) ? Value(decision) : null;

    /// <summary>All entries of the map.</summary>
    public IEnumerable<(PeerClass Peer, ElementValue? Value)> Entries(PeerClasses classes)
    {
        foreach (var (number, decision) in table.Listed)
        {
            if (covers(decision))
                yield return (classes.All[number], Value(decision));
        }
    }

    /// <summary>Lets go of the table that was compiled: no decision gets a counter any more that has none.</summary>
    public void Seal() => _counter = null;

    private CounterValue Value(Decision decision)
    {
        if (_values.TryGetValue(decision, out var value))
            return value;
        value = _counter?.Invoke(decision) ?? throw new InvalidOperationException($"no peer was decided on as by {decision.Policy} when the map was compiled");
        _values.Add(decision, value);
        return value;
    }
}
