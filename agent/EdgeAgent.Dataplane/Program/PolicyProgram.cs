using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// A compiled host policy that can be changed: where sets gain and lose addresses and all else stays, it finds the elements that change
/// without compiling or comparing anything, in time that does not depend on how much the policy holds. What it comes to is always what a
/// compilation from scratch would; where that is not sure it says so.
/// </summary>
public sealed class PolicyProgram
{
    private readonly CompileOptions _options;
    private readonly IReadOnlyList<DirectionProgram>? _directions;
    private readonly ElementEdits _pending = new();
    private Ruleset _ruleset;
    private Stamp _stamp;
    private long _elements;
    private (ElementEdits Edits, Stamp Stamp)? _proposed;
    private bool _isSpoiled;

    private PolicyProgram(CompileOptions options, Ruleset ruleset, Stamp stamp, long elements, IReadOnlyList<DirectionProgram>? directions) =>
        (_options, _ruleset, _stamp, _elements, _directions) = (options, ruleset, stamp, elements, directions);

    /// <summary>The table that enforces the policy as it is now. Costs time in proportion to the sets that changed since it was last asked for.</summary>
    public Ruleset Ruleset => _ruleset = Current();

    /// <summary>Compiles a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="digest">Its digest, for the stamp.</param>
    /// <param name="options">What else the table depends on.</param>
    /// <exception cref="UncompilablePolicyException">The kernel cannot enforce it, or its rules contradict themselves.</exception>
    public static PolicyProgram Compile(HostPolicy policy, Digest digest, CompileOptions options)
    {
        var stamp = new Stamp(policy.Revision, digest);
        var (ruleset, elements, directions) = RulesetCompiler.Compile(policy, stamp, options);
        return new(options, ruleset, stamp, elements, directions);
    }

    /// <summary>Proposes a change of the members of sets, to be confirmed once the kernel took it.</summary>
    /// <param name="sets">The sets that differ, before and after.</param>
    /// <param name="stamp">The revision and digest of the policy after the change.</param>
    /// <returns>
    /// The one transaction that brings the kernel there; null where only a compilation from scratch can tell. Then, or where the change is
    /// not confirmed, this program is of no more use.
    /// </returns>
    public Transaction? TryChange(IReadOnlyList<(AddressSet From, AddressSet To)> sets, Stamp stamp)
    {
        if (_isSpoiled || _directions is null)
            return null;
        _isSpoiled = true;
        var changes = sets.Select(set => SetChange.Between(set.From, set.To)).ToList();
        var edits = new ElementEdits();
        foreach (var direction in _directions)
        {
            if (!direction.TryChange(changes, edits))
                return null;
        }

        if (!edits.AreSafeTogether)
            return null;
        var operations = edits.Operations().ToList();
        _elements += operations.Sum(operation => operation switch { AddElements add => add.Elements.Count, DeleteElements delete => -delete.Elements.Count, _ => 0 });
        if (_elements > _options.MaxElements)
            return null;
        if (stamp != _stamp)
        {
            operations.Add(new FlushChain(Ruleset.StampChain));
            operations.Add(new AppendRule(Ruleset.StampChain, stamp.ToRule()));
        }

        _proposed = (edits, stamp);
        return new(operations.ToEquatableArray());
    }

    /// <summary>Says that the kernel took the change that was proposed last.</summary>
    /// <exception cref="InvalidOperationException">None was.</exception>
    public void Confirm()
    {
        var (edits, stamp) = _proposed ?? throw new InvalidOperationException("no change was proposed");
        _pending.Append(edits);
        (_stamp, _proposed, _isSpoiled) = (stamp, null, false);
    }

    private Ruleset Current()
    {
        var ruleset = _ruleset;
        if (Stamp.Of(ruleset) != _stamp)
            ruleset = ruleset with { Chains = ruleset.Chains.SetItem(Ruleset.StampChain, new(Ruleset.StampChain, null, [_stamp.ToRule()])) };
        if (_pending.Sets.Count == 0)
            return ruleset;
        ruleset = ruleset with { Sets = ruleset.Sets.SetItems(_pending.Sets.Select(name => ruleset.Sets[name]).Select(set => KeyValuePair.Create(set.Schema.Name, set with { Elements = _pending.Applied(set) }))) };
        _pending.Clear();
        return ruleset;
    }
}
