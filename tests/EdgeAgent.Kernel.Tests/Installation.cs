using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Kernel.Tests;

/// <summary>The plainest way to make a ruleset: everything in one transaction.</summary>
internal static class Installation
{
    internal static Transaction Of(Ruleset ruleset, bool owned = false)
    {
        List<Operation> operations = [new CreateTable(owned)];
        operations.AddRange(ruleset.Counters.Select(static c => new CreateCounter(c)));
        operations.AddRange(ruleset.Chains.Values.Select(static c => new CreateChain(c.Name, c.Hook)));
        operations.AddRange(ruleset.Sets.Values.Select(static s => new CreateSet(s.Schema)));
        operations.AddRange(ruleset.Sets.Values.Select(static s => new AddElements(s.Schema, s.Elements)));
        operations.AddRange(ruleset.Chains.Values.SelectMany(static c => c.Rules.Items.Select(r => new AppendRule(c.Name, r))));
        return new Transaction(operations.ToEquatableArray());
    }

    internal static Ruleset Ruleset(IEnumerable<string> counters, IEnumerable<NamedSet> sets, IEnumerable<Chain> chains) => new()
    {
        Counters = Dataplane.Ruleset.Empty.Counters.Union(counters),
        Sets = Dataplane.Ruleset.Empty.Sets.AddRange(sets.Select(static s => KeyValuePair.Create(s.Schema.Name, s))),
        Chains = Dataplane.Ruleset.Empty.Chains.AddRange(chains.Select(static c => KeyValuePair.Create(c.Name, c))),
    };
}
