using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Makes documents that show a difference small: leaves out one part after the other as long as something differs.</summary>
internal static class RawReduction
{
    /// <param name="documents">The documents.</param>
    /// <param name="difference">What differs for documents; null where nothing does, or where they are refused.</param>
    public static string Smallest(IReadOnlyList<JsonObject> documents, Func<IReadOnlyList<JsonObject>, string?> difference)
    {
        var what = difference(documents);
        for (var smaller = Smaller(documents, difference); smaller is not null; smaller = Smaller(documents, difference))
            (documents, what) = smaller.Value;
        return $"{what}\n{DocumentText.Of(documents, 0)}";
    }

    private static (IReadOnlyList<JsonObject>, string)? Smaller(IReadOnlyList<JsonObject> documents, Func<IReadOnlyList<JsonObject>, string?> difference)
    {
        foreach (var candidate in Without(documents))
        {
            if (difference(candidate) is { } what)
                return (candidate, what);
        }

        return null;
    }

    private static IEnumerable<IReadOnlyList<JsonObject>> Without(IReadOnlyList<JsonObject> documents)
    {
        for (var i = 0; i < documents.Count; i++)
        {
            yield return [.. documents.Take(i), .. documents.Skip(i + 1)];
            foreach (var smaller in Without(documents[i]))
                yield return [.. documents.Take(i), (JsonObject)smaller, .. documents.Skip(i + 1)];
        }
    }

    /// <summary>The node without one of its parts, at any depth.</summary>
    private static IEnumerable<JsonNode> Without(JsonNode node)
    {
        if (node is JsonObject parts)
        {
            foreach (var (key, value) in parts.Where(part => part.Key != "namespace"))
            {
                yield return With(node, copy => ((JsonObject)copy).Remove(key));
                foreach (var smaller in value is null ? [] : Without(value))
                    yield return With(node, copy => copy[key] = smaller);
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                var index = i;
                yield return With(node, copy => ((JsonArray)copy).RemoveAt(index));
                foreach (var smaller in items[i] is { } item ? Without(item) : [])
                    yield return With(node, copy => copy[index] = smaller);
            }
        }
    }

    private static JsonNode With(JsonNode node, Action<JsonNode> change)
    {
        var copy = node.DeepClone();
        change(copy);
        return copy;
    }
}
