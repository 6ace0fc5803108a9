using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>The reading of <c>exportTo</c>.</summary>
internal static class Visibility
{
    /// <summary>Whether clients of a namespace see what another namespace exports.</summary>
    public static bool Includes(EquatableArray<string> exportTo, string ownNamespace, string clientNamespace) =>
        exportTo.IsEmpty || exportTo.Any(name => name == "*" || Resolve(name, ownNamespace) == clientNamespace);

    /// <summary>The namespaces that are meant; null for all.</summary>
    public static EquatableArray<string>? Namespaces(EquatableArray<string> exportTo, string ownNamespace) =>
        exportTo.IsEmpty || exportTo.Contains("*") ? null : exportTo.Select(name => Resolve(name, ownNamespace)).Distinct().ToEquatableArray();

    /// <summary>What both lists of namespaces hold; null for all.</summary>
    public static EquatableArray<string>? Both(EquatableArray<string>? left, EquatableArray<string>? right) =>
        left is not { } some ? right : right is not { } others ? left : some.Where(others.Contains).ToEquatableArray();

    private static string Resolve(string name, string ownNamespace) => name == "." ? ownNamespace : name;
}
