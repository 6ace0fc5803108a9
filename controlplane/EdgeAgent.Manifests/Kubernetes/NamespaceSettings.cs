using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>What a namespace says to this product alone: in its spec, or in annotations that an API server keeps.</summary>
internal static class NamespaceSettings
{
    private const string Prefix = "edgeagent.io/";
    private const string BookendAnnotation = Prefix + "bookend";

    private const string MeshAnnotation = Prefix + "mesh";
    private const string CallersAnnotation = Prefix + "route-callers";
    private const string IsolateAnnotation = Prefix + "routes-isolate";

    private static readonly string[] Known = [BookendAnnotation, MeshAnnotation, CallersAnnotation, IsolateAnnotation];

    private static readonly ValueType<MeshMembership> Membership = Values.OneOf(
        ("none", MeshMembership.None), ("sidecar", MeshMembership.Sidecar), ("ambient", MeshMembership.Ambient));

    private static readonly ValueType<RouteCallers> Callers = Values.OneOf(
        ("namespace", RouteCallers.Namespace), ("mesh", RouteCallers.Mesh), ("none", RouteCallers.None));

    private static readonly ValueType<bool> Isolate = Values.OneOf(("true", true), ("false", false));

    private static readonly ValueType<BookendPlacement> Placement = Values.OneOf(("Both", BookendPlacement.Both), ("Destination", BookendPlacement.Destination));

    private static readonly Field<BookendPlacement> BookendField = Field.Optional(
        "bookend", Placement, $"Both ends enforce the whole verdict (default), or the Destination alone; also as annotation {BookendAnnotation}");

    private static readonly Field<Bookend> SpecField = Field.Optional(
        "spec",
        new ObjectValue<Bookend>("the spec of a namespace", [BookendField, Field.Ignored("finalizers", "set by an API server")], static input => new(input.ReadValue(BookendField))),
        "settings of this product");

    /// <summary>The fields that hold them.</summary>
    public static Field SpecDescription => SpecField;

    private sealed record Bookend(BookendPlacement? Placement);

    /// <summary>What the namespace says of the mesh: <c>mesh</c>, <c>route-callers</c> and <c>routes-isolate</c>.</summary>
    public static MeshSettings ReadMesh(Metadata metadata) => new(
        Read(metadata, MeshAnnotation, Membership), Read(metadata, CallersAnnotation, Callers), Read(metadata, IsolateAnnotation, Isolate));

    /// <summary>Where flows of the namespace are enforced.</summary>
    public static BookendPlacement ReadBookend(ResourceInput input)
    {
        RefuseUnknown(input.Metadata);
        var inSpec = input.Root.Read(SpecField)?.Placement;
        if (input.Metadata.Annotation(BookendAnnotation) is not { } annotation || !Placement.TryRead(annotation.Node, annotation.Context, out var annotated))
            return inSpec ?? BookendPlacement.Both;
        if (inSpec is { } other && other != annotated)
            annotation.Context.Error(annotation.Node, $"the annotation says {annotated}, spec.bookend says {other}; expected one of the two, or the same in both");
        return annotated;
    }

    private static T Read<T>(Metadata metadata, string key, ValueType<T> type)
        where T : struct =>
        metadata.Annotation(key) is { } annotation && type.TryRead(annotation.Node, annotation.Context, out var value) ? value : default;

    private static void RefuseUnknown(Metadata metadata)
    {
        foreach (var (key, value) in metadata.Annotations)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal) || Known.Contains(key))
                continue;
            var expected = NearestName.Of(key, Known) is { } near ? $"did you mean {near}?" : $"expected one of {string.Join(", ", Known)}";
            value.Context.Error(value.Node, $"unknown setting {Quotation.Quoted(key)}; {expected}");
        }
    }
}
