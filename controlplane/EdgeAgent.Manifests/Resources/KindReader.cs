using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Resources;

/// <summary>How the documents of one kind are read.</summary>
/// <param name="Language">The policy language.</param>
/// <param name="ApiVersions">The values of <c>apiVersion</c>, the current one first.</param>
/// <param name="Kind">The value of <c>kind</c>.</param>
/// <param name="IsNamespaced">Whether its resources are within namespaces.</param>
/// <param name="Name">The syntax of its names.</param>
/// <param name="OwnFields">Its fields beside apiVersion, kind and metadata.</param>
/// <param name="Build">Translates a document; null when it reported why it cannot.</param>
internal sealed record KindReader(
    string Language,
    IReadOnlyList<string> ApiVersions,
    string Kind,
    bool IsNamespaced,
    NameRule Name,
    IReadOnlyList<Field> OwnFields,
    Func<ResourceInput, Resource?> Build)
{
    /// <summary>The metadata of every kind.</summary>
    public static readonly Field<Metadata> MetadataField = Field.Required("metadata", Metadata.Type, "name and labels");

    private FieldTable? _table;

    /// <summary>The kind in resource keys; qualified by the API group where another group has a kind of that name.</summary>
    public string KeyKind { get; init; } = Kind;

    /// <summary>All its fields.</summary>
    public IReadOnlyList<Field> Fields =>
    [
        Field.Required("apiVersion", Values.OneOf(ApiVersions.Select(version => (version, version)).ToArray()), "the kind's API group and version"),
        Field.Required("kind", Values.OneOf((Kind, Kind)), "the kind"),
        MetadataField,
        .. OwnFields,
    ];

    /// <summary>The fields by name.</summary>
    public FieldTable Table => _table ??= new(Fields);

    /// <summary>The description for people.</summary>
    public KindDescription Describe() => new(Language, ApiVersions, Kind, IsNamespaced, [.. Fields.Select(field => field.Describe())]) { KeyKind = KeyKind };
}

/// <summary>A syntax of names.</summary>
/// <param name="Expected">What it accepts, in words.</param>
/// <param name="Holds">Whether it accepts a name.</param>
internal sealed record NameRule(string Expected, Func<string, bool> Holds)
{
    /// <summary>RFC 1123 labels.</summary>
    public static readonly NameRule Label = new(NameSyntax.LabelName, static name => NameSyntax.IsLabel(name));

    /// <summary>RFC 1123 subdomains.</summary>
    public static readonly NameRule Subdomain = new(NameSyntax.SubdomainName, static name => NameSyntax.IsSubdomain(name));
}

/// <summary>A document of a known kind.</summary>
/// <param name="Root">Its fields.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Key">Its name.</param>
internal sealed record ResourceInput(ObjectInput Root, Metadata Metadata, ResourceKey Key)
{
    /// <summary>Where the document begins.</summary>
    public SourcePosition Source => Root.Position;
}
