using System.Collections.Immutable;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>A world and the changes that it goes through.</summary>
/// <param name="Seed">What it was made up from; properties draw what they choose at random from it too.</param>
/// <param name="Resources">The resources at first.</param>
/// <param name="Changes">The changes in order; some may be refused.</param>
public sealed record WorldCase(int Seed, ImmutableArray<Resource> Resources, ImmutableArray<Change> Changes)
{
    /// <summary>The case of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="changes">The number of changes.</param>
    public static WorldCase Of(int seed, int changes)
    {
        var random = new Random(seed);
        var generator = new RandomChanges(random);
        var resources = RandomWorld.Create(seed);
        var (state, steps) = (PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State, ImmutableArray.CreateBuilder<Change>());
        for (var i = 0; i < changes; i++)
        {
            var change = generator.Next([.. state.Resources.Values], RandomWorld.Create(unchecked((seed * 31) + i)));
            steps.Add(change);
            state = PolicyEngine.Apply(state, change).State;
        }

        return new(seed, [.. resources], steps.ToImmutable());
    }

    /// <summary>All of it in words, a line for each resource and change.</summary>
    public override string ToString() => string.Join('\n', Resources.Select(resource => $"  {Text(resource)}")
        .Concat(Changes.Select((change, i) => $"  change {i + 1}: set {string.Join("; ", change.Set.Select(Text))} delete {string.Join(", ", change.Deleted.Items)}")));

    private static string Text(Resource resource) => resource.ToString().Replace("EdgeAgent.Policy.", "", StringComparison.Ordinal);
}
