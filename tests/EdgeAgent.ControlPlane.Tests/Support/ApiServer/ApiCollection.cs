using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.ControlPlane.Tests.ApiServer;

/// <summary>
/// The objects of one kind as an API server keeps them: each change has a version of the whole server, a watch tells what came after one,
/// and what lies before a compaction is forgotten.
/// </summary>
internal sealed class ApiCollection
{
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Type, JsonObject Object)> _history = [];
    private long _compacted;

    /// <summary>The objects by namespace/name.</summary>
    public IReadOnlyDictionary<string, JsonObject> Objects => _objects;

    /// <summary>Stores an object as the server does: with a version.</summary>
    public void Set(JsonObject item, long version)
    {
        var stored = (JsonObject)item.DeepClone();
        stored["metadata"]!["resourceVersion"] = Text(version);
        var key = KeyOf(stored);
        _history.Add((version, _objects.ContainsKey(key) ? "MODIFIED" : "ADDED", stored));
        _objects[key] = stored;
    }

    /// <summary>Removes an object; the last form of it is told, with the version of the removal.</summary>
    public bool Remove(string key, long version)
    {
        if (!_objects.Remove(key, out var last))
            return false;
        var told = (JsonObject)last.DeepClone();
        told["metadata"]!["resourceVersion"] = Text(version);
        _history.Add((version, "DELETED", told));
        return true;
    }

    /// <summary>Forgets what lies before a version.</summary>
    public void Compact(long version)
    {
        _compacted = Math.Max(_compacted, version);
        _history.RemoveAll(change => change.Version <= version);
    }

    /// <summary>What came after a version; null where that is forgotten.</summary>
    public IReadOnlyList<(long Version, string Type, JsonObject Object)>? After(long version) =>
        version < _compacted ? null : [.. _history.Where(change => change.Version > version)];

    public static string KeyOf(JsonObject item) => $"{(string?)item["metadata"]!["namespace"]}/{(string?)item["metadata"]!["name"]}";

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
