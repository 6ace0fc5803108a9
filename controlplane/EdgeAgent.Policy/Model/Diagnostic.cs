namespace EdgeAgent.Policy;

/// <summary>How grave a diagnostic is.</summary>
public enum Severity : byte
{
    /// <summary>Worth knowing; nothing is wrong.</summary>
    Warning = 1,

    /// <summary>The whole change is refused.</summary>
    Error = 2,
}

/// <summary>Something wrong or doubtful in what was read.</summary>
/// <param name="Severity">How grave it is.</param>
/// <param name="Position">Where it is.</param>
/// <param name="Resource">The resource it is in, where one was recognised.</param>
/// <param name="Field">The field's path, such as <c>spec.ports[0].port</c>; empty for the whole document.</param>
/// <param name="Message">What is wrong, and what was expected.</param>
public sealed record Diagnostic(Severity Severity, SourcePosition Position, ResourceKey? Resource, string Field, string Message)
{
    /// <summary>What sort of finding it is, such as <c>selects-nothing</c> (<see cref="FindingCodes"/>); empty for what has no name of its own.</summary>
    public string Code { get; init; } = "";

    /// <summary>Other places that have a part in it, such as the first of two resources that collide.</summary>
    public Contracts.EquatableArray<SourcePosition> Related { get; init; }

    /// <summary><c>file:line:column: error: Kind namespace/name: field: message</c>.</summary>
    public override string ToString()
    {
        var resource = Resource is { } key ? $"{key}: " : "";
        var field = Field.Length > 0 ? $"{Field}: " : "";
        var related = Related.IsEmpty ? "" : $" (see {string.Join(", ", Related)})";
        return $"{Position}: {(Severity == Severity.Error ? "error" : "warning")}: {resource}{field}{Message}{related}";
    }
}
