using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What is made of a stack for traffic in which none of its hosts' addresses is the own end. There is no other end's half: who has the address decides on that.</summary>
internal sealed class ForwardPlan(Stack stack, OwnBlocks own)
{
    public Stack Stack { get; } = stack;

    public OwnBlocks Own { get; } = own;

    /// <summary>Whether the blocks themselves, and not only sets that they name, depend on addresses and ports of endpoints.</summary>
    public bool LooksAtMembers { get; } = stack.LooksAtPeerPorts || stack.Entries.Any(entry => ForwardRuleWriter.LooksAtMembers(entry.Side, stack.Direction));

    /// <summary>The stages of a plan.</summary>
    public static EquatableArray<Stage> Stages(ForwardPlan? plan) => plan is null || plan.Own.Blocks.IsEmpty ? [] : [plan.Own.Stage];

    public bool SaysTheSameAs(ForwardPlan other) =>
        Own.Blocks == other.Own.Blocks && Own.Sets.Addresses.SequenceEqual(other.Own.Sets.Addresses) && Own.Sets.Ports.SequenceEqual(other.Own.Sets.Ports)
        && Own.Sets.Domains.SequenceEqual(other.Own.Sets.Domains);
}
