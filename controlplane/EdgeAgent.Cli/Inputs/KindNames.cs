using EdgeAgent.Manifests;

namespace EdgeAgent.Cli.Inputs;

/// <summary>A kind as the control plane knows it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Group">The API group where it is part of the kind's name, because another group has a kind of that name; else empty.</param>
/// <param name="ApiGroup">The API group; empty for core kinds.</param>
/// <param name="IsNamespaced">Whether its resources are within namespaces.</param>
internal sealed record KindName(string Kind, string Group, string ApiGroup, bool IsNamespaced)
{
    /// <summary>The kind as <c>Kind</c> or <c>Kind.group</c>.</summary>
    public string QualifiedName => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>Whether its documents say who may reach whom.</summary>
    public bool IsPolicy => Kind.EndsWith("Policy", StringComparison.Ordinal);
}

/// <summary>
/// Finds kinds by what people type: in any case, singular or plural, short, or with the API group after a dot where two groups share a
/// kind. <c>policy</c> is every kind of policy, <c>all</c> every kind.
/// </summary>
internal static class KindNames
{
    /// <summary>Every kind of policy.</summary>
    public const string AnyPolicy = "policy";

    /// <summary>Every kind.</summary>
    public const string Any = "all";

    private static readonly Dictionary<string, string> _short = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ns"] = "Namespace",
        ["svc"] = "Service",
        ["po"] = "Pod",
        ["sa"] = "ServiceAccount",
        ["no"] = "Node",
        ["netpol"] = "NetworkPolicy",
        ["bp"] = "BookendPolicy",
        ["policies"] = AnyPolicy,
    };

    private static readonly IReadOnlyList<KindName> _all =
    [
        .. ManifestReader.Kinds
            .Select(kind => new KindName(kind.Kind, kind.KeyKind == kind.Kind ? "" : kind.KeyKind[(kind.Kind.Length + 1)..], GroupOf(kind.ApiVersions[0]), kind.IsNamespaced))
            .OrderBy(kind => kind.QualifiedName, StringComparer.Ordinal),
    ];

    /// <summary>The kinds that are meant.</summary>
    /// <exception cref="CommandFailure">There is no such kind; the message lists those there are.</exception>
    public static IReadOnlyList<KindName> Find(string text)
    {
        var name = _short.GetValueOrDefault(text, text);
        var found = name.ToLowerInvariant() switch
        {
            Any => _all,
            AnyPolicy => [.. _all.Where(kind => kind.IsPolicy)],
            _ => _all.Where(kind => IsMeant(kind, name)).Take(1).ToList(),
        };
        return found.Count > 0
            ? found
            : throw CommandFailure.BadInput($"edgectl: unknown kind '{text}'; expected {AnyPolicy}, {Any}, or one of {string.Join(", ", _all.Select(kind => kind.QualifiedName))}");
    }

    private static bool IsMeant(KindName kind, string name) =>
        new[] { kind.Kind, Plural(kind.Kind) }.Any(word => Same(name, word) || Same(name, $"{word}.{kind.ApiGroup}"));

    private static string Plural(string kind) => kind.EndsWith('y') ? $"{kind[..^1]}ies" : $"{kind}s";

    private static string GroupOf(string apiVersion) => apiVersion.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? apiVersion[..slash] : "";

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
