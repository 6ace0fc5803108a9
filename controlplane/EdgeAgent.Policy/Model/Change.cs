using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A change of resources: deletions first, then what is new or replaced.</summary>
/// <param name="Set">Resources that are new or take the place of those with their key.</param>
/// <param name="Deleted">Keys of resources that go; unknown ones are ignored.</param>
public sealed record Change(EquatableArray<Resource> Set, EquatableArray<ResourceKey> Deleted)
{
    /// <summary>A change that sets resources.</summary>
    public static Change Of(params ReadOnlySpan<Resource> set) => new([.. set], []);

    /// <summary>A change that deletes resources.</summary>
    public static Change Delete(params ReadOnlySpan<ResourceKey> deleted) => new([], [.. deleted]);
}
