using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>
/// What this product reads from a namespace beside its labels: each setting as a field of <c>spec</c>, or as an annotation or label
/// <c>edgeagent.io/...</c>, where a namespace comes from a cluster whose API server knows no such fields.
/// </summary>
internal static class NamespaceSettings
{
    private static readonly NamespaceSetting<BookendPlacement> Bookend = new(
        "bookend",
        "bookend",
        Values.OneOf(("Both", BookendPlacement.Both), ("Destination", BookendPlacement.Destination)),
        "Both ends enforce the whole verdict (default), or the Destination alone");

    private static readonly NamespaceSetting<MeshMembership> Mesh = new(
        "mesh",
        "mesh",
        Values.OneOf(("none", MeshMembership.None), ("sidecar", MeshMembership.Sidecar), ("ambient", MeshMembership.Ambient)),
        "how its hosts are part of the mesh; the mesh's own ports stay open between members. Absent is none");

    private static readonly NamespaceSetting<RouteCallers> Callers = new(
        "routeCallers",
        "route-callers",
        Values.OneOf(("namespace", RouteCallers.Namespace), ("mesh", RouteCallers.Mesh), ("none", RouteCallers.None)),
        "who calls by a route that does not say: the hosts of the namespace (default), of the mesh, or nobody");

    private static readonly NamespaceSetting<bool> Isolate = new(
        "routesIsolate",
        "routes-isolate",
        Values.OneOf(("true", true), ("false", false)),
        "whether a route that does not say who calls closes its destination for others; absent is false",
        Values.Boolean);

    private static readonly string[] Known = [Bookend.Key, Mesh.Key, Callers.Key, Isolate.Key];

    private static readonly Field<SpecInput> SpecField = Field.Optional(
        "spec",
        new ObjectValue<SpecInput>(
            "the spec of a namespace",
            [Bookend.Field, Mesh.Field, Callers.Field, Isolate.Field, Field.Ignored("finalizers", "set by an API server")],
            static input => new(input)),
        "settings of this product, here or as annotation or label edgeagent.io/...");

    /// <summary>The spec, for the kind's table.</summary>
    public static Field SpecDescription => SpecField;

    private sealed record SpecInput(ObjectInput Input);

    /// <summary>Where the namespace's policies are enforced, and its part in the mesh.</summary>
    public static (BookendPlacement Bookend, MeshSettings Mesh) Read(ResourceInput input)
    {
        RefuseUnknown(input.Metadata);
        var spec = input.Root.Read(SpecField)?.Input;
        return (
            Bookend.Read(input.Metadata, spec) ?? BookendPlacement.Both,
            new(Mesh.Read(input.Metadata, spec) ?? default, Callers.Read(input.Metadata, spec) ?? default, Isolate.Read(input.Metadata, spec) ?? false));
    }

    // Any label is somebody's to choose, so that an unknown one is an error only where it looks like a setting.
    private static void RefuseUnknown(Metadata metadata)
    {
        foreach (var (key, value) in metadata.Annotations.Where(IsUnknown))
        {
            var expected = NearestName.Of(key, Known) is { } near ? $"did you mean {near}?" : $"expected one of {string.Join(", ", Known)}";
            value.Context.Error(value.Node, $"unknown setting {Quotation.Quoted(key)}; {expected}");
        }

        foreach (var (key, value) in metadata.WrittenLabels.Where(IsUnknown))
        {
            if (NearestName.Of(key, Known) is { } near)
                value.Context.Error(value.Node, $"unknown setting {Quotation.Quoted(key)}; did you mean {near}?");
        }
    }

    private static bool IsUnknown(KeyValuePair<string, Located<string>> item) =>
        item.Key.StartsWith(NamespaceSettingKeys.Prefix, StringComparison.Ordinal) && !Known.Contains(item.Key);
}
