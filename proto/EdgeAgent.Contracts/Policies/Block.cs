namespace EdgeAgent.Contracts;

/// <summary>What happens to traffic that no rule of a block decides.</summary>
public enum BlockEnd : byte
{
    /// <summary>It is denied.</summary>
    Deny = 1,

    /// <summary>The next block decides.</summary>
    Pass = 2,
}

/// <summary>Ordered rules with an end; the first rule that matches and does not merely log decides.</summary>
/// <param name="Rules">The rules in order.</param>
/// <param name="End">What follows the last rule.</param>
/// <param name="EndPolicy">The policy whose selection closes the block, for a denying end; default otherwise.</param>
public sealed record Block(EquatableArray<Rule> Rules, BlockEnd End, PolicyReference EndPolicy);
