using System.Text.Json;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>What a watch tells.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Item">The object as it is now, or was last; for a bookmark nothing but its version.</param>
/// <param name="Version">The place in the server's history.</param>
internal readonly record struct ApiEvent(ApiEventKind Kind, JsonElement Item, string Version);

/// <summary>What a watch tells of an object.</summary>
internal enum ApiEventKind
{
    /// <summary>It is there, new or changed.</summary>
    Set,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>Nothing: only the version is told.</summary>
    Bookmark,
}

/// <summary>A list was read to its end.</summary>
/// <param name="Version">The place in the server's history that the list is of.</param>
internal readonly record struct ApiList(string Version);
