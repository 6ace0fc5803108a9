using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>One change of our table. Its text is what error messages call it.</summary>
public abstract record Operation;

/// <summary>Makes the table if it is not there.</summary>
/// <param name="Owned">Bind it to the socket that makes it, and keep it when that closes (flags owner and persist).</param>
public sealed record CreateTable(bool Owned) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"create table {Ruleset.Table}";
}

/// <summary>Removes the table and all in it.</summary>
public sealed record DeleteTable : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"delete table {Ruleset.Table}";
}

/// <summary>Makes a named counter at zero.</summary>
public sealed record CreateCounter(string Name) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"create counter {Name}";
}

/// <summary>Removes a counter that nothing refers to any more.</summary>
public sealed record DeleteCounter(string Name) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"delete counter {Name}";
}

/// <summary>Makes a set or map without elements.</summary>
public sealed record CreateSet(SetSchema Schema) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"create {Schema.Kind} {Schema.Name}";
}

/// <summary>Removes a set or map that no rule refers to any more, with its elements.</summary>
public sealed record DeleteSet(string Name) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"delete set {Name}";
}

/// <summary>Adds elements; none of their keys may be there with another value.</summary>
public sealed record AddElements(SetSchema Schema, ElementTable Elements) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"add {Elements.Count} elements to {Schema.Name}";
}

/// <summary>Removes elements by key; each must be there.</summary>
public sealed record DeleteElements(SetSchema Schema, ElementTable Elements) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"delete {Elements.Count} elements of {Schema.Name}";
}

/// <summary>Makes a chain without rules.</summary>
public sealed record CreateChain(string Name, BaseHook? Hook) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"create chain {Name}";
}

/// <summary>Sets what a base chain does with what its rules leave over.</summary>
public sealed record SetChainPolicy(string Chain, bool DropsRest) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"set policy of chain {Chain}";
}

/// <summary>Removes a chain that nothing goes to any more, with its rules.</summary>
public sealed record DeleteChain(string Name) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"delete chain {Name}";
}

/// <summary>Removes all rules of a chain.</summary>
public sealed record FlushChain(string Name) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"flush chain {Name}";
}

/// <summary>Appends a rule to a chain.</summary>
public sealed record AppendRule(string Chain, ChainRule Rule) : Operation
{
    /// <inheritdoc/>
    public override string ToString() => $"append rule to chain {Chain}";
}

/// <summary>Operations that the kernel takes all at once or not at all.</summary>
public sealed record Transaction(EquatableArray<Operation> Operations);

/// <summary>
/// The way from one table to another: transactions in order. More than one only where the kernel needs content to be in place
/// before it is referenced (new interval sets); after each of them the table decides as before or as desired, never in between.
/// </summary>
public sealed record UpdatePlan(EquatableArray<Transaction> Transactions)
{
    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Transactions.IsEmpty;
}
