namespace EdgeAgent.Manifests;

/// <summary>What a reader does with one field: the same table that it reads by.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Type">Its type in words.</param>
/// <param name="IsRequired">Whether a document must have it.</param>
/// <param name="Standing">What becomes of it.</param>
/// <param name="Note">The reading, the default, or the reason for refusing it.</param>
/// <param name="Fields">The fields of the object, or of each object of the list; empty for other types.</param>
public sealed record FieldDescription(string Name, string Type, bool IsRequired, FieldStanding Standing, string Note, IReadOnlyList<FieldDescription> Fields);

/// <summary>A kind that can be read.</summary>
/// <param name="Language">The policy language that it belongs to.</param>
/// <param name="ApiVersions">The values of <c>apiVersion</c> that are read.</param>
/// <param name="Kind">The value of <c>kind</c>.</param>
/// <param name="IsNamespaced">Whether its resources are within namespaces.</param>
/// <param name="Fields">Its fields.</param>
public sealed record KindDescription(string Language, IReadOnlyList<string> ApiVersions, string Kind, bool IsNamespaced, IReadOnlyList<FieldDescription> Fields)
{
    /// <summary>The kind in resource keys: qualified by the API group where another group has a kind of that name.</summary>
    public string KeyKind { get; init; } = Kind;
}
