using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>One transaction under way.</summary>
internal sealed class KernelAttempt(Ruleset? before)
{
    private readonly HashSet<string> _newIntervals = new(StringComparer.Ordinal);
    private Ruleset? _table = before;
    private Operation? _operation;

    private Ruleset Table => _table ?? throw Refuse("ENOENT", "there is no table");

    public void Apply(Operation operation)
    {
        _operation = operation;
        switch (operation)
        {
            case CreateTable:
                _table ??= Ruleset.Empty;
                break;
            case DeleteTable:
                _ = Table;
                _table = null;
                break;
            case CreateCounter create:
                Require(!Table.Counters.Contains(create.Name), "EEXIST", "the counter is there");
                RequireName(create.Name);
                _table = Table with { Counters = Table.Counters.Add(create.Name) };
                break;
            case DeleteCounter delete:
                Require(Table.Counters.Contains(delete.Name), "ENOENT", "no such counter");
                Require(!References.ToCounter(Table, delete.Name), "EBUSY", "the counter is in use");
                _table = Table with { Counters = Table.Counters.Remove(delete.Name) };
                break;
            case CreateSet create:
                Create(create.Schema);
                break;
            case DeleteSet delete:
                Require(Table.Sets.ContainsKey(delete.Name), "ENOENT", "no such set");
                Require(!References.ToSet(Table, delete.Name), "EBUSY", "a rule refers to the set");
                _table = Table with { Sets = Table.Sets.Remove(delete.Name) };
                break;
            case AddElements add:
                Elements(add.Schema, elements => ElementMemory.Add(elements, add.Elements, Refuse), add.Elements);
                break;
            case DeleteElements delete:
                Elements(delete.Schema, elements => ElementMemory.Delete(elements, delete.Elements, Refuse), null);
                break;
            case CreateChain create:
                Require(!Table.Chains.ContainsKey(create.Name), "EEXIST", "the chain is there");
                RequireName(create.Name);
                _table = Table with { Chains = Table.Chains.Add(create.Name, new(create.Name, create.Hook, [])) };
                break;
            case SetChainPolicy set:
                Require(Table.Chains.TryGetValue(set.Chain, out var based), "ENOENT", "no such chain");
                Require(based!.Hook is not null, "EOPNOTSUPP", "a policy is for base chains");
                _table = Table with { Chains = Table.Chains.SetItem(set.Chain, based with { Hook = based.Hook! with { DropsRest = set.DropsRest } }) };
                break;
            case DeleteChain delete:
                Require(Table.Chains.ContainsKey(delete.Name), "ENOENT", "no such chain");
                Require(!References.ToChain(Table, delete.Name), "EBUSY", "something goes to the chain");
                _table = Table with { Chains = Table.Chains.Remove(delete.Name) };
                break;
            case FlushChain flush:
                Require(Table.Chains.ContainsKey(flush.Name), "ENOENT", "no such chain");
                _table = Table with { Chains = Table.Chains.SetItem(flush.Name, Table.Chains[flush.Name] with { Rules = [] }) };
                break;
            case AppendRule append:
                Append(append);
                break;
            default:
                throw Refuse("EINVAL", "unknown operation");
        }
    }

    public Ruleset? Commit()
    {
        _operation = null;
        if (_table is not null && References.DeepestWay(_table) is var depth && depth > References.MostChains)
            throw depth == int.MaxValue ? Refuse("ELOOP", "chains go round in a circle") : Refuse("EMLINK", $"chains are {depth} deep");
        if (_table is not null && _newIntervals.FirstOrDefault(set => References.InReach(_table, set)) is { } unsafeSet)
            throw Refuse("UNSAFE", $"interval set {unsafeSet} is made and put into use in one transaction: packets miss it for a moment");
        return _table;
    }

    private void Create(SetSchema schema)
    {
        Require(!Table.Sets.ContainsKey(schema.Name), "EEXIST", "the set is there");
        RequireName(schema.Name);
        Require(!schema.Key.IsEmpty && schema.KeyLength <= 64, "EINVAL", "no such key");
        Require(schema.Intervals ? schema.Key.Count == 1 : schema.Size > 0, "EINVAL", "a hash without size, or a concatenation of intervals");
        if (schema.Intervals)
            _newIntervals.Add(schema.Name);
        _table = Table with { Sets = Table.Sets.Add(schema.Name, new(schema, ElementTable.Empty(schema))) };
    }

    private void Elements(SetSchema schema, Func<NamedSet, ElementTable> change, ElementTable? added)
    {
        Require(Table.Sets.TryGetValue(schema.Name, out var set), "ENOENT", "no such set");
        Require(set!.Schema == schema, "EINVAL", "the set is of another schema");
        for (var i = 0; i < (added?.Count ?? 0); i++)
        {
            Require(added!.Value(i) is not CounterValue counter || Table.Counters.Contains(counter.Counter), "ENOENT", $"no counter for element {i}");
            if (added.Value(i) is VerdictValue { Verdict.Chain: { } chain })
                Require(Table.Chains.TryGetValue(chain, out var target) && target.Hook is null, "ENOENT", $"no chain {chain} to go to");
        }

        _table = Table with { Sets = Table.Sets.SetItem(schema.Name, set with { Elements = change(set) }) };
    }

    private void Append(AppendRule append)
    {
        Require(Table.Chains.TryGetValue(append.Chain, out var chain), "ENOENT", "no such chain");
        Require(append.Rule.Comment is null || System.Text.Encoding.UTF8.GetByteCount(append.Rule.Comment) <= 127, "EINVAL", "the comment is too long");
        RuleCheck.Verify(Table, append.Rule, Refuse);
        _table = Table with { Chains = Table.Chains.SetItem(append.Chain, chain! with { Rules = [.. chain.Rules, append.Rule] }) };
    }

    private void RequireName(string name) => Require(
        name.Length is > 0 and <= 127 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/'),
        "EINVAL",
        "the name is too long, or no word");

    private void Require(bool condition, string error, string why)
    {
        if (!condition)
            throw Refuse(error, why);
    }

    private KernelRefusalException Refuse(string error, string why) => new(error, _operation, why);
}
