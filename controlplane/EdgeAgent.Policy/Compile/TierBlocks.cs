using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The blocks of one subject in one direction: a block for each tier with a policy that selects it, tiers in order.</summary>
internal sealed class TierBlocks(Stack subject, IRuleWriter writer)
{
    /// <summary>What decides where a host denies what no policy decides.</summary>
    public static readonly PolicyReference Undecided = new("HostEndpoint", "", "default-deny", "");

    public IEnumerable<Block> Build()
    {
        foreach (var tier in subject.Entries.Select(Selected).Where(entry => !entry.Subject.IsNone).GroupBy(entry => entry.Node.Tier.Key.Name))
        {
            var enforced = tier.Where(entry => entry.Node.Resource.Mode == PolicyMode.Enforce).ToArray();
            if (writer.Observes)
            {
                foreach (var audited in tier.Where(entry => entry.Node.Resource.Mode == PolicyMode.Audit))
                    yield return Audited(audited, enforced);
            }

            if (enforced.Length > 0)
                yield return Enforced(enforced);
        }

        if (subject.Undecided == UndecidedTraffic.Deny)
            yield return new([], BlockEnd.Deny, Undecided);
    }

    private Entry Selected(StackEntry entry, int place) => new(place, entry.Node, entry.Side, entry.Facts, entry.Facts.Subject & writer.Relevant);

    private Block Enforced(Entry[] enforced)
    {
        var rules = enforced.SelectMany(Rules);
        var isolating = enforced.Where(entry => entry.Closes).ToArray();
        if (isolating.Length > 0 && Isolated(isolating) == writer.Relevant)
            return new(rules.ToEquatableArray(), BlockEnd.Deny, isolating[0].Node.Resource.Reference(""));
        var ends = isolating.SelectMany(entry => writer.WriteAll(entry.Subject, Verdict.Deny, entry.Node.Resource.Reference("")));
        return new(rules.Concat(ends).ToEquatableArray(), BlockEnd.Pass, default);
    }

    private IEnumerable<Rule> Rules(Entry entry) => entry.Side.Rules.Items
        .Select((rule, i) => (Rule: rule, Index: i))
        .Where(pair => writer.Observes || pair.Rule.Verdict != Verdict.Log)
        .SelectMany(pair => Write(entry, pair.Index, pair.Rule.Verdict));

    private IEnumerable<Rule> Write(Entry entry, int index, Verdict verdict)
    {
        var rule = entry.Side.Rules[index];
        return writer.Write(entry.Place, index, rule, entry.Facts.Rules[index].Self & writer.Relevant, verdict, entry.Node.Resource.Reference(rule.Label));
    }

    /// <summary>
    /// What an audited policy would deny if it were enforced beside the others of its tier: their rules and its own in order, of which its
    /// denials are logged and all else passes, then what its isolation would close and they leave open.
    /// </summary>
    private Block Audited(Entry audited, Entry[] enforced)
    {
        var rules = enforced.Append(audited).OrderBy(entry => entry.Place).SelectMany(entry => AuditRules(entry, entry.Place == audited.Place));
        var open = new SlotSet(audited.Subject.Bits & ~Isolated(enforced.Where(entry => entry.Closes)).Bits);
        var rest = audited.Closes ? writer.WriteAll(open, Verdict.Log, audited.Node.Resource.Reference("")) : [];
        return new(rules.Concat(rest).ToEquatableArray(), BlockEnd.Pass, default);
    }

    private IEnumerable<Rule> AuditRules(Entry entry, bool isAudited)
    {
        for (var i = 0; i < entry.Side.Rules.Count; i++)
        {
            var verdict = entry.Side.Rules[i].Verdict;
            if (verdict == Verdict.Log)
                continue;
            var logged = isAudited && verdict == Verdict.Deny ? Write(entry, i, Verdict.Log) : [];
            foreach (var rule in logged.Concat(Write(entry, i, Verdict.Pass)))
                yield return rule;
        }
    }

    private static SlotSet Isolated(IEnumerable<Entry> isolating) => isolating.Aggregate(SlotSet.None, (all, entry) => all | entry.Subject);

    /// <summary>A policy that selects the subject.</summary>
    private sealed record Entry(int Place, PolicyNode Node, PolicySide Side, SideFacts Facts, SlotSet Subject)
    {
        public bool Closes => Side.Isolates && Node.Tier.DefaultAction == BlockEnd.Deny;
    }
}
