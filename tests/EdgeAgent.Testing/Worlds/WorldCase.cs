using System.Collections.Immutable;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>A world and the changes that it goes through.</summary>
/// <param name="Seed">What it was made up from; properties draw what they choose at random from it too.</param>
/// <param name="Resources">The resources at first.</param>
/// <param name="Changes">The changes in order; some may be refused, and those after them are made up as if they had not been.</param>
public sealed record WorldCase(int Seed, ImmutableArray<Resource> Resources, ImmutableArray<Change> Changes)
{
    /// <summary>The case of a seed.</summary>
    /// <param name="seed">The seed; every third has a mesh, every fourth grants by name, every fifth endpoints that stand for interfaces.</param>
    /// <param name="changes">The number of changes.</param>
    public static WorldCase Of(int seed, int changes)
    {
        var random = new Random(seed);
        var generator = new RandomChanges(random);
        var (hasMesh, hasNames, hasBindings) = (seed % 3 == 0, seed % 4 == 1, seed % 5 == 2);
        var resources = Create(seed);
        var (present, steps) = (new SortedDictionary<ResourceKey, Resource>(resources.ToDictionary(resource => resource.Key)), ImmutableArray.CreateBuilder<Change>());
        for (var i = 0; i < changes; i++)
        {
            var change = generator.Next([.. present.Values], Create(unchecked((seed * 31) + i)));
            if (hasNames)
                change = RandomNames.Sound(change);
            steps.Add(change);
            foreach (var key in change.Deleted)
                present.Remove(key);
            foreach (var resource in change.Set)
                present[resource.Key] = resource;
        }

        return new(seed, [.. resources], steps.ToImmutable());

        List<Resource> Create(int from)
        {
            var resources = hasMesh ? RandomWorld.CreateWithMesh(from) : RandomWorld.Create(from);
            if (hasNames)
                resources = RandomNames.AddTo(resources, new(from ^ 0x4E61));
            return hasBindings ? RandomBindings.AddTo(resources, new(from ^ 0x1F0E)) : resources;
        }
    }

    /// <summary>All of it in words, a line for each resource and change.</summary>
    public override string ToString() => string.Join('\n', Resources.Select(resource => $"  {Text(resource)}")
        .Concat(Changes.Select((change, i) => $"  change {i + 1}: set {string.Join("; ", change.Set.Select(Text))} delete {string.Join(", ", change.Deleted.Items)}")));

    private static string Text(Resource resource) => resource.ToString().Replace("EdgeAgent.Policy.", "", StringComparison.Ordinal);
}
