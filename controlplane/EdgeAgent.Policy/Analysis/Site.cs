using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Addresses of one family that policies of neither of two states tell apart.</summary>
/// <param name="Before">Their place in the one state.</param>
/// <param name="After">Their place in the other.</param>
/// <param name="HolderBefore">The host that has them in the one; null where it does not matter which of several.</param>
/// <param name="HolderAfter">The host that has them in the other.</param>
internal sealed record Site(Place Before, Place After, ResourceKey? HolderBefore, ResourceKey? HolderAfter)
{
    public IpFamily Family => After.Slot.Family;
}

/// <summary>What makes endpoints one group.</summary>
/// <param name="Sites">The sites of hosts' addresses, of each family at most one; empty for addresses that no host has.</param>
/// <param name="Before">What the policies of the one state see of addresses that no host has, apart from the family.</param>
/// <param name="After">What those of the other see.</param>
internal sealed record GroupKey(EquatableArray<Site> Sites, Look? Before, Look? After);
