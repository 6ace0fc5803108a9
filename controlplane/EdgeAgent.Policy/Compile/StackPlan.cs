using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What is made of a stack: the rules of its own hosts, and what it leaves for the hosts of each identity at the other end.</summary>
internal sealed class StackPlan
{
    public StackPlan(Stack stack, OwnBlocks own, ImmutableDictionary<View, Residue> residues, Residue?[] byHost)
    {
        Stack = stack;
        Own = own;
        Residues = residues;
        ByHost = byHost;
    }

    public Stack Stack { get; }

    public OwnBlocks Own { get; }

    /// <summary>What was made for views so far; some of them may belong to no identity any more.</summary>
    public ImmutableDictionary<View, Residue> Residues { get; }

    /// <summary>By the number of the identity; never changed once it is here.</summary>
    public Residue?[] ByHost { get; }
}

/// <summary>The blocks of a stack for its own hosts, and the sets that they name.</summary>
internal sealed record OwnBlocks(EquatableArray<Block> Blocks, NamedSets Sets)
{
    /// <summary>The stage of the blocks: one instance for all hosts of the stack.</summary>
    public Stage Stage { get; } = new([new(null, Blocks)]);
}
