using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The netfilter hooks of the inet family that we use (NF_INET_*).</summary>
public enum Hook : byte
{
    /// <summary>Packets to the host.</summary>
    Input = 1,

    /// <summary>Packets through the host.</summary>
    Forward = 2,

    /// <summary>Packets from the host.</summary>
    Output = 3,
}

/// <summary>Where a base chain hangs.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Priority">Lower runs earlier; filter is 0.</param>
public sealed record BaseHook(Hook Hook, int Priority)
{
    /// <summary>Whether what the rules leave over is dropped (the chain's policy). Never in what we make: what is denied is dropped by a rule.</summary>
    public bool DropsRest { get; init; }
}

/// <summary>One rule: its steps, and a comment that <c>nft list</c> prints.</summary>
/// <param name="Expressions">The steps in order.</param>
/// <param name="Comment">At most 127 bytes of UTF-8; null for none.</param>
public sealed record ChainRule(EquatableArray<Expression> Expressions, string? Comment = null);

/// <summary>A chain of rules.</summary>
/// <param name="Name">At most 127 bytes; letters, digits, <c>- _ . /</c>, beginning with a letter.</param>
/// <param name="Hook">The hook of a base chain; null for a chain that others go to.</param>
/// <param name="Rules">The rules in order.</param>
public sealed record Chain(string Name, BaseHook? Hook, EquatableArray<ChainRule> Rules);
