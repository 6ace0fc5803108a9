namespace EdgeAgent.Netfilter;

/// <summary>A chain of any table as the kernel lists it.</summary>
internal sealed record ListedChain
{
    internal required byte Family { get; init; }

    internal required string Table { get; init; }

    internal required string Name { get; init; }

    /// <summary>Null for a chain that is not a base chain.</summary>
    internal required uint? HookNumber { get; init; }

    internal required int Priority { get; init; }

    internal required bool HasDevice { get; init; }

    internal required string? Type { get; init; }

    internal required bool PolicyAccepts { get; init; }

    internal required uint OtherFlags { get; init; }
}
