using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Makes documents that show a difference small: leaves out one part after the other as long as something differs.</summary>
internal static class RawReduction
{
    /// <param name="documents">The documents.</param>
    /// <param name="difference">What differs for documents; null where nothing does, or where they are refused.</param>
    /// <returns>The documents, of which no part can be left out without a change of what differs.</returns>
    public static string Smallest(IReadOnlyList<JsonObject> documents, Func<IReadOnlyList<JsonObject>, string?> difference)
    {
        var what = difference(documents);
        while (Without(documents).FirstOrDefault(candidate => difference(candidate) == what) is { } smaller)
            documents = smaller;
        return DocumentText.Of(documents, 0);
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
