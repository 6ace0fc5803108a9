using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>One change of what is ours; the kernel takes each by itself. Sets go by their names in the kernel. Its text is what errors call it.</summary>
public abstract record XTablesOperation;

/// <summary>Makes a set without members.</summary>
/// <param name="Name">Its name in the kernel.</param>
/// <param name="Schema">Its kind.</param>
/// <param name="Expected">The members that it will soon have: the kernel begins with a table for so many.</param>
public sealed record CreateAddressSet(string Name, SetSchema Schema, int Expected) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"create set {Name}";
}

/// <summary>Adds members; those that are there stay.</summary>
public sealed record AddMembers(string Name, ElementTable Members) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"add {Members.Count} members to set {Name}";
}

/// <summary>Removes members; those that are not there are no error.</summary>
public sealed record DeleteMembers(string Name, ElementTable Members) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"delete {Members.Count} members of set {Name}";
}

/// <summary>Lets two sets of one kind trade their content, at once for every packet.</summary>
public sealed record SwapAddressSets(string Name, string Other) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"swap sets {Name} and {Other}";
}

/// <summary>Removes a set that no rule looks at.</summary>
public sealed record DestroyAddressSet(string Name) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"destroy set {Name}";
}

/// <summary>Writes the stamp, in a set that is made if it is not there.</summary>
public sealed record WriteStamp(Stamp Stamp, bool Create) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"write stamp {Stamp.Revision}";
}

/// <summary>Puts all of our chains in place of those that are there, at once for every packet; what is not ours stays as it is.</summary>
/// <param name="Family">Which table.</param>
/// <param name="Table">Our chains; an empty table takes them away.</param>
/// <param name="Generations">For each set that the chains look at its name in the kernel.</param>
public sealed record ReplaceChains(IpFamily Family, FilterTable Table, ImmutableSortedDictionary<string, string> Generations) : XTablesOperation
{
    /// <inheritdoc/>
    public override string ToString() => $"replace our chains in the {Family} table";
}
