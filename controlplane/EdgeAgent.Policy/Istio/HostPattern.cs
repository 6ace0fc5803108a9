namespace EdgeAgent.Policy.Istio;

/// <summary>Host names with a leading <c>*</c>, and name patterns with one at either end.</summary>
internal static class HostPattern
{
    /// <summary>Whether a name is what a pattern means: exactly, all (<c>*</c>), or by its end (<c>*.example.com</c>).</summary>
    public static bool Matches(string pattern, string host) =>
        pattern == "*" || pattern == host || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.Ordinal) && host.Length >= pattern.Length);

    /// <summary>Whether a text is what a pattern of AuthorizationPolicy means: exact, prefix (<c>a*</c>), suffix (<c>*a</c>), present (<c>*</c>).</summary>
    public static bool MatchesText(string pattern, string text) =>
        pattern == "*" ? text.Length > 0
        : pattern.StartsWith('*') ? text.EndsWith(pattern[1..], StringComparison.Ordinal)
        : pattern.EndsWith('*') ? text.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : pattern == text;
}
