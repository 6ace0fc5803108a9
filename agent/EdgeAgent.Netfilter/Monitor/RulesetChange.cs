using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>One commit to nf_tables in the network namespace, by anybody, or the news that some were missed.</summary>
public sealed record RulesetChange
{
    /// <summary>The generation that the commit made; 0 if notifications were lost.</summary>
    public required uint Generation { get; init; }

    /// <summary>True if the commit came over our own socket.</summary>
    public required bool Own { get; init; }

    /// <summary>True if somebody else changed our table, or may have.</summary>
    public required bool TouchesTable { get; init; }

    /// <summary>True if the kernel could not deliver all notifications: what changed is unknown, read it.</summary>
    public required bool Lost { get; init; }

    /// <summary>The thread that committed, as the kernel names it: for most tools their process. 0 if unknown.</summary>
    public required uint ProcessId { get; init; }

    /// <summary>The name of that thread, at most 15 characters: for most tools their program. Empty if unknown.</summary>
    public required string ProcessName { get; init; }

    /// <summary>What changed in our table, in words, such as <c>delete 3 elements of in-tcp-9080.4</c>; at most <see cref="MostDetails"/>.</summary>
    public required EquatableArray<string> Details { get; init; }

    /// <summary>The longest list of details.</summary>
    public const int MostDetails = 16;
}
