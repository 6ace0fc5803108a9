using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Something about policies that is allowed but probably not meant.</summary>
/// <param name="Code">What sort of thing it is; one of <see cref="FindingCodes"/>.</param>
/// <param name="Severity">How grave it is.</param>
/// <param name="Position">Where it was written.</param>
/// <param name="Resource">The resource; null for a finding about a file.</param>
/// <param name="Field">The rule or field in it; empty for all of it.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record LintFinding(string Code, LintSeverity Severity, SourcePosition Position, ResourceKey? Resource, string Field, string What, string Remedy)
{
    /// <summary><c>file:line:column: warning: code: Kind namespace/name field: what; remedy</c>.</summary>
    public override string ToString()
    {
        var subject = Resource is { } key ? $"{key}{(Field.Length > 0 ? $" {Field}" : "")}: " : "";
        return $"{Position}: {Severity.ToString().ToLowerInvariant()}: {Code}: {subject}{What}; {Remedy}";
    }
}

/// <summary>How grave a finding is.</summary>
public enum LintSeverity : byte
{
    /// <summary>Worth knowing.</summary>
    Info = 1,

    /// <summary>Probably a mistake.</summary>
    Warning = 2,
}
